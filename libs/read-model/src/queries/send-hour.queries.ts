import { sql, type RawBuilder } from 'kysely';
import type { Channel } from '@homing/contracts';
import type { Instant } from '../tables/read-model.tables.js';
import type { EngagementFilter } from './engagement.queries.js';

/** What messages that started in one hour of their people's week came to. */
export interface SendHourCount {
  readonly tenantId: string;
  readonly channel: Channel;
  readonly customerType: string | null;
  /** 0 (Monday, midnight) to 167, by the clock of the person; null where their zone is not known. */
  readonly hourOfWeek: number | null;
  /** A provider took them. */
  readonly sent: number;
  readonly delivered: number;
  /** Of these a person opened, read, clicked or answered. */
  readonly engaged: number;
}

const COUNTS = `count(*)::int as sent, count(*) filter (where h.delivered)::int as delivered,
      count(*) filter (where h.engaged)::int as engaged`;

/** For decisions: bounded by `limit` outreach a tenant, found by an index, and their deliveries, found by another. */
export const recentSendHours = (
  schema: string,
  { tenantIds, acceptedSince, sentBefore, limit }: EngagementFilter,
): RawBuilder<SendHourCount & { hourOfWeek: number }> =>
  sql<
    SendHourCount & { hourOfWeek: number }
  >`select t.tenant_id, h.channel, h.customer_type, h.hour_of_week, ${sql.raw(COUNTS)}
    from unnest(${tenantIds}::uuid[]) as t(tenant_id)
    cross join lateral (
      select outreach_id from ${sql.id(schema, 'outreach')}
      where tenant_id = t.tenant_id and accepted_at >= ${acceptedSince}::timestamptz
      order by accepted_at desc, outreach_id desc limit ${limit}
    ) as o
    join ${sql.id(schema, 'send_hours')} as h on h.outreach_id = o.outreach_id
    where h.started_at < ${sentBefore}::timestamptz and h.hour_of_week is not null
    group by t.tenant_id, h.channel, h.customer_type, h.hour_of_week`;

export interface SendHourFilter {
  readonly tenantId: string;
  /** Messages that started from this instant on, up to, without, `to`. */
  readonly from: Instant;
  readonly to: Instant;
  readonly channel?: Channel;
  readonly campaignKey?: string;
}

/** For the report. */
export const sendHoursBetween = (
  schema: string,
  { tenantId, from, to, channel, campaignKey }: SendHourFilter,
): RawBuilder<SendHourCount> =>
  sql<SendHourCount>`select h.tenant_id, h.channel, h.customer_type, h.hour_of_week, ${sql.raw(COUNTS)}
    from ${sql.id(schema, 'send_hours')} as h
    where h.tenant_id = ${tenantId}::uuid and h.started_at >= ${from}::timestamptz and h.started_at < ${to}::timestamptz
      and (${channel ?? null}::text is null or h.channel = ${channel ?? null})
      and (${campaignKey ?? null}::text is null or h.campaign_key = ${campaignKey ?? null})
    group by h.tenant_id, h.channel, h.customer_type, h.hour_of_week`;
