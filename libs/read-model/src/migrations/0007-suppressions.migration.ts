import { type Kysely, sql } from 'kysely';

/** What was said of addresses: of each reason the latest word either way. In force where it was last suppressed, a tie included. */
export async function createSuppressions(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  `create table suppressions (
    fingerprint text not null,
    reason text not null,
    tenant_id uuid not null,
    channel text not null,
    mask text,
    suppressed_at timestamptz,
    lifted_at timestamptz,
    said_by text,
    note text,
    revision bigint not null,
    updated_position bigint not null,
    primary key (fingerprint, reason)
  )`,
  `create index suppressions_by_tenant on suppressions (tenant_id, suppressed_at)`,
];
