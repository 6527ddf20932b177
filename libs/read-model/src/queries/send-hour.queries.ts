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

/**
 * For decisions: bounded by `limit` outreach a tenant, found by an index, and their deliveries, found by another. As the view `send_hours`
 * says it, but each zone is tried once and not with every row.
 */
export const recentSendHours = (
  schema: string,
  { tenantIds, acceptedSince, sentBefore, limit }: EngagementFilter,
): RawBuilder<SendHourCount & { hourOfWeek: number }> =>
  sql<SendHourCount & { hourOfWeek: number }>`with o as materialized (
      select t.tenant_id, recent.* from unnest(${tenantIds}::uuid[]) as t(tenant_id)
      cross join lateral (
        select outreach_id, customer_type, time_zone from ${sql.id(schema, 'outreach')}
        where tenant_id = t.tenant_id and accepted_at >= ${acceptedSince}::timestamptz
        order by accepted_at desc, outreach_id desc limit ${limit}
      ) as recent
    ), zones as materialized (
      select time_zone, ${sql.id(schema, 'week_hour')}(now(), time_zone) is not null as known
      from (select distinct time_zone from o where time_zone is not null) as named
    ), h as (
      select o.tenant_id, d.channel, o.customer_type,
        case when z.known then coalesce(d.queued_at, d.sent_at) at time zone o.time_zone end as local,
        coalesce(d.delivered_at, d.opened_at, d.read_at, d.clicked_at, d.replied_at) is not null as delivered,
        coalesce(d.opened_at, d.read_at, d.clicked_at, d.replied_at) is not null as engaged
      from o
      join zones as z on z.time_zone = o.time_zone and z.known
      join ${sql.id(schema, 'delivery_status')} as d on d.outreach_id = o.outreach_id
      where coalesce(d.queued_at, d.sent_at) < ${sentBefore}::timestamptz
    )
    select h.tenant_id, h.channel, h.customer_type,
      -- The epoch began on a Thursday.
      ((floor(date_part('epoch', h.local) / 3600)::bigint + 72) % 168)::int as hour_of_week, ${sql.raw(COUNTS)}
    from h group by h.tenant_id, h.channel, h.customer_type, 4`;

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
