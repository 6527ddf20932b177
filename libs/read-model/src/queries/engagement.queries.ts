import { sql, type RawBuilder } from 'kysely';
import type { Channel } from '@homing/contracts';
import type { Instant } from '../tables/read-model.tables.js';

export interface EngagementFilter {
  readonly tenantIds: readonly string[];
  /** Outreach accepted from this instant on. */
  readonly acceptedSince: Instant;
  /** Messages a provider took before this instant: younger ones had no time to engage anybody. */
  readonly sentBefore: Instant;
  /** So many outreach of a tenant at most, its newest. */
  readonly limit: number;
}

/** What a tenant's messages by one channel to people of one customer type came to. */
export interface EngagementRow {
  readonly tenantId: string;
  readonly channel: Channel;
  readonly customerType: string | null;
  /** A provider took them. */
  readonly sent: number;
  /** Of these a person opened, read, clicked or answered. */
  readonly engaged: number;
}

/** Bounded by `limit` outreach a tenant, found by an index, and their deliveries, found by another. */
export const engagementCounts = (
  schema: string,
  { tenantIds, acceptedSince, sentBefore, limit }: EngagementFilter,
): RawBuilder<EngagementRow> =>
  sql<EngagementRow>`select t.tenant_id, d.channel, o.customer_type, count(*)::int as sent,
      count(coalesce(d.opened_at, d.read_at, d.clicked_at, d.replied_at))::int as engaged
    from unnest(${tenantIds}::uuid[]) as t(tenant_id)
    cross join lateral (
      select outreach_id, customer_type from ${sql.id(schema, 'outreach')}
      where tenant_id = t.tenant_id and accepted_at >= ${acceptedSince}::timestamptz
      order by accepted_at desc, outreach_id desc limit ${limit}
    ) as o
    join ${sql.id(schema, 'delivery_status')} as d on d.outreach_id = o.outreach_id
    where coalesce(d.queued_at, d.sent_at) < ${sentBefore}::timestamptz
    group by t.tenant_id, d.channel, o.customer_type`;
