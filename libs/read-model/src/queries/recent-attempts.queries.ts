import { sql, type RawBuilder } from 'kysely';
import type { Channel } from '@homing/contracts';
import type { Instant } from '../tables/read-model.tables.js';

/** What was sent to people of a tenant on one channel, within a time. */
export interface RecentFilter {
  readonly persons: readonly { readonly tenantId: string; readonly personId: string }[];
  readonly channel: Channel;
  readonly since: Instant;
  /** Included. */
  readonly until: Instant;
  /** From 1. */
  readonly limit: number;
}

export interface RecentAttempt {
  readonly outreachId: string;
  readonly deliveryId: string;
  readonly leg: number;
  readonly attempt: number;
  readonly tenantId: string;
  readonly provider: string;
  readonly startedAt: Instant;
}

/** Newest first; what failed is left out. Read by the indexes of the person and of the outreach. */
export const recentAttempts = (
  schema: string,
  { persons, channel, since, until, limit }: RecentFilter,
): RawBuilder<RecentAttempt> => sql<RecentAttempt>`
  select a.outreach_id, a.delivery_id, d.leg, a.attempt, a.tenant_id, a.provider, a.started_at
  from (select distinct * from unnest(${persons.map((each) => each.tenantId)}::uuid[],
    ${persons.map((each) => each.personId)}::text[]) as w (tenant_id, person_id)) w
  join ${sql.id(schema, 'outreach')} o using (tenant_id, person_id)
  join ${sql.id(schema, 'outreach_attempts')} a on a.outreach_id = o.outreach_id
  join ${sql.id(schema, 'delivery_status')} d on d.delivery_id = a.delivery_id
  where a.channel = ${channel} and a.state <> 'failed'
    and a.started_at >= ${since} and a.started_at <= ${until}
  order by a.started_at desc, a.delivery_id desc, a.attempt desc limit ${limit}`;
