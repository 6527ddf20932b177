import { sql, type RawBuilder } from 'kysely';
import type { Instant } from '../tables/read-model.tables.js';

/** An outreach of which nobody has said a last word. */
export interface SilentOutreach {
  readonly outreachId: string;
  readonly tenantId: string;
}

export interface SilentFilter {
  /** Accepted before. */
  readonly before: Instant;
  /** Older ones are left alone: they were looked at while they were younger. */
  readonly since: Instant;
  readonly limit: number;
}

/** Messages that were taken and are not settled, of all tenants. By the index over state and time, tenant after tenant: no row of anything settled long ago is read. */
export const silentOutreach = (schema: string, { before, since, limit }: SilentFilter): RawBuilder<SilentOutreach> => {
  const outreach = sql.id(schema, 'outreach');
  return sql<SilentOutreach>`with recursive tenants as (
      (select tenant_id from ${outreach} order by tenant_id limit 1)
      union all
      select (select o.tenant_id from ${outreach} as o where o.tenant_id > t.tenant_id order by o.tenant_id limit 1)
        from tenants as t where t.tenant_id is not null
    )
    select o.outreach_id, o.tenant_id::text as tenant_id
      from tenants as t
      cross join unnest(array['queued', 'sent']) as s (state)
      cross join lateral (
        select outreach_id, tenant_id from ${outreach}
          where tenant_id = t.tenant_id and state = s.state and settled_at is null
            and accepted_at < ${before}::timestamptz and accepted_at >= ${since}::timestamptz
          order by accepted_at desc, outreach_id desc limit ${limit}
      ) as o
      limit ${limit}`;
};
