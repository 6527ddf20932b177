import type { RecordedDecision } from '@homing/domain';
import { sql, type RawBuilder } from 'kysely';
import type { Instant } from '../tables/read-model.tables.js';

/** Decisions of a tenant, oldest first. */
export interface DecisionsPage {
  readonly tenantId: string;
  /** Decided from this instant on ... */
  readonly from: Instant;
  /** ... and before this one. */
  readonly to: Instant;
  /** Of the page before: its last row. */
  readonly after?: { readonly decidedAt: Instant; readonly outreachId: string };
  readonly limit: number;
}

export interface PastDecisionRow {
  readonly outreachId: string;
  readonly decidedAt: Instant;
  readonly record: RecordedDecision;
  /** A provider took it. */
  readonly sent: boolean;
  readonly retries: number;
  /** When it ended with surely nobody reached. */
  readonly givenBackAt: Instant | null;
}

const NOBODY_REACHED = sql`o.settled_at is not null and o.sent_at is null and o.outcome is distinct from 'assumed_sent'`;

/** Found by an index on time; of each its outreach and deliveries by theirs. */
export const decisionsPage = (
  schema: string,
  { tenantId, from, to, after, limit }: DecisionsPage,
): RawBuilder<PastDecisionRow> =>
  sql<PastDecisionRow>`select d.outreach_id, d.decided_at, d.record, o.sent_at is not null as sent,
      case when d.cost_micros is null then 0 else (select coalesce(sum(s.retry_count), 0)::int
        from ${sql.id(schema, 'delivery_status')} as s where s.outreach_id = d.outreach_id) end as retries,
      case when ${NOBODY_REACHED} and d.cost_micros is not null then o.settled_at end as given_back_at
    from (select outreach_id, decided_at, cost_micros, record from ${sql.id(schema, 'decisions')}
      where tenant_id = ${tenantId} and decided_at >= ${from}::timestamptz and decided_at < ${to}::timestamptz
        and (decided_at, outreach_id) > (${after?.decidedAt ?? '-infinity'}::timestamptz, ${after?.outreachId ?? NO_ID}::uuid)
      order by decided_at, outreach_id limit ${limit}) as d
    join ${sql.id(schema, 'outreach')} as o on o.outreach_id = d.outreach_id
    order by d.decided_at, d.outreach_id`;

const NO_ID = '00000000-0000-0000-0000-000000000000';

export interface SpokenForFilter {
  readonly tenantId: string;
  readonly campaignKeys: readonly string[];
  readonly before: Instant;
}

export interface SpokenForRow {
  readonly campaignKey: string;
  readonly micros: bigint;
}

/** What decisions before an instant had spoken for, each at its worst case; what was given back since is left out. */
export const spokenFor = (
  schema: string,
  { tenantId, campaignKeys, before }: SpokenForFilter,
): RawBuilder<SpokenForRow> =>
  sql<SpokenForRow>`select d.campaign_key, sum(d.cost_micros)::bigint as micros
    from ${sql.id(schema, 'decisions')} as d
    join ${sql.id(schema, 'outreach')} as o on o.outreach_id = d.outreach_id
    where d.tenant_id = ${tenantId} and d.campaign_key = any(${campaignKeys}::text[])
      and d.decided_at < ${before}::timestamptz and d.cost_micros > 0 and not (${NOBODY_REACHED})
    group by d.campaign_key`;
