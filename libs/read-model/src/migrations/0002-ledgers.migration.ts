import { type Kysely, sql } from 'kysely';

/** The books: what is promised and open, and the sums of budgets and quotas. */
export async function createLedgerTables(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  `create table open_reservations (
    stream text not null,
    key text not null,
    tenant_id uuid not null,
    outreach_id uuid not null,
    kind text not null,
    amount bigint not null,
    reserved_at timestamptz not null,
    updated_position bigint not null,
    primary key (stream, key)
  )`,
  `create index open_reservations_by_outreach on open_reservations (outreach_id)`,
  `create index open_reservations_by_time on open_reservations (reserved_at)`,

  `create table ledger_balances (
    stream text primary key,
    tenant_id uuid not null,
    kind text not null,
    campaign_key text not null,
    day text,
    limit_amount bigint,
    limit_version integer,
    reserved bigint not null,
    spent bigint not null,
    variance bigint not null,
    updated_position bigint not null
  )`,
  `create index ledger_balances_by_campaign on ledger_balances (tenant_id, campaign_key, day)`,

  `create table ledger_snapshots (
    stream text not null,
    revision bigint not null,
    chunk integer not null,
    body text not null,
    primary key (stream, revision, chunk)
  )`,
];
