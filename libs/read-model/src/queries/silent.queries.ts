import { sql, type RawBuilder } from 'kysely';
import type { Instant } from '../tables/read-model.tables.js';

/** An outreach of which nobody has said a last word. */
export interface SilentOutreach {
  readonly outreachId: string;
  readonly tenantId: string;
  readonly acceptedAt: Instant;
}

export interface SilentFilter {
  /** Accepted before. */
  readonly before: Instant;
  /** Older ones are left alone: they were looked at while they were younger. */
  readonly since: Instant;
  readonly limit: number;
  /** Where the page before ended. */
  readonly after?: Pick<SilentOutreach, 'acceptedAt' | 'outreachId'> | undefined;
}

/** Messages that were taken and are not settled, of all tenants, newest first. By the index over state and time, tenant after tenant: no row of anything settled long ago is read. */
export const silentOutreach = (
  schema: string,
  { before, since, limit, after }: SilentFilter,
): RawBuilder<SilentOutreach> => {
  const outreach = sql.id(schema, 'outreach');
  const from = after
    ? sql`and (accepted_at, outreach_id) < (${after.acceptedAt}::timestamptz, ${after.outreachId})`
    : sql``;
  return sql<SilentOutreach>`with recursive tenants as (
      (select tenant_id from ${outreach} order by tenant_id limit 1)
      union all
      select (select o.tenant_id from ${outreach} as o where o.tenant_id > t.tenant_id order by o.tenant_id limit 1)
        from tenants as t where t.tenant_id is not null
    )
    select o.outreach_id, o.tenant_id::text as tenant_id, o.accepted_at
      from tenants as t
      cross join unnest(array['queued', 'sent']) as s (state)
      cross join lateral (
        select outreach_id, tenant_id, accepted_at from ${outreach}
          where tenant_id = t.tenant_id and state = s.state and settled_at is null
            and accepted_at < ${before}::timestamptz and accepted_at >= ${since}::timestamptz ${from}
          order by accepted_at desc, outreach_id desc limit ${limit}
      ) as o
      order by o.accepted_at desc, o.outreach_id desc limit ${limit}`;
};
