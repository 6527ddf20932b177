import { type Kysely, sql } from 'kysely';

/** Calls with many recipients: how far each is, and which outreach stands in which place of it. */
export async function createBatches(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  `create table batches (
    batch_id uuid primary key,
    tenant_id uuid not null,
    items integer,
    accepted integer,
    refused integer,
    withheld integer,
    received_at timestamptz,
    accepted_at timestamptz,
    expanded_at timestamptz,
    cancel_requested_at timestamptz,
    cancelled_at timestamptz,
    updated_position bigint not null
  )`,
  `create index batches_by_time on batches (tenant_id, received_at desc, batch_id desc)`,
  `create table batch_items (
    batch_id uuid not null,
    item_index integer not null,
    tenant_id uuid not null,
    outreach_id uuid not null,
    chunk integer not null,
    updated_position bigint not null,
    primary key (batch_id, item_index)
  )`,
  `create index batch_items_by_outreach on batch_items (outreach_id)`,
];
