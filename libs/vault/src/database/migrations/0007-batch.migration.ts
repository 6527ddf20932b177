import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import { guardByTenant } from './0001-vault.migration.js';

const tables = sql`
  -- One call with many recipients. Its items are sealed before it is accepted, and held until it hands them over.
  create table vault.batch (
    batch_id uuid primary key,
    tenant_id uuid not null,
    -- Keyed hash over the whole call: the same request id with other content is refused.
    digest bytea not null check (length(digest) = 32),
    items integer not null check (items > 0),
    chunk_size integer not null check (chunk_size > 0),
    accepted integer,
    refused integer,
    received_at timestamptz not null,
    -- From here on every item is sealed or refused, and none is lost.
    accepted_at timestamptz,
    cancel_requested_at timestamptz,
    cancel_requested_by text,
    -- Every item is handed over or held back for good.
    closed_at timestamptz,
    check ((accepted_at is null) = (accepted is null) and (accepted is null) = (refused is null)),
    check (accepted + refused = items)
  );
  create index on vault.batch (tenant_id, received_at desc, batch_id desc);
  create index batch_open on vault.batch (received_at, batch_id) where accepted_at is not null and closed_at is null;

  create table vault.batch_item (
    batch_id uuid not null references vault.batch,
    item_index integer not null check (item_index >= 0),
    tenant_id uuid not null,
    -- Null: refused, with its faults.
    outreach_id uuid,
    -- The caller's own name for it; forgotten with the person. Null where it follows from the batch's and the index.
    request_id text,
    -- The same request had come before this batch.
    earlier boolean not null default false,
    -- JSON, as text: names of fields and codes, no values.
    faults text,
    released_at timestamptz,
    withheld_at timestamptz,
    primary key (batch_id, item_index),
    check ((outreach_id is null) = (faults is not null)),
    check (released_at is null or withheld_at is null)
  );
  create index on vault.batch_item (outreach_id) where outreach_id is not null;

  alter table vault.sealed_request
    add column held boolean not null default false,
    add column released_at timestamptz;
  drop index vault.sealed_request_unfed;
  create index sealed_request_unfed on vault.sealed_request (accepted_at, outreach_id) where fed_at is null and not held;
  create index sealed_request_held on vault.sealed_request (tenant_id, accepted_at) where fed_at is null and held;

  create function vault.forget_request_name() returns trigger language plpgsql security definer set search_path = '' as $$
  begin
    update vault.batch_item set request_id = null where outreach_id = new.outreach_id and request_id is not null;
    return null;
  end $$;
  revoke all on function vault.forget_request_name from public;
  create trigger name_forgotten after update of sealed on vault.sealed_request
    for each row when (old.sealed is not null and new.sealed is null) execute function vault.forget_request_name();
`;

const grants = sql`
  grant select, insert on vault.batch, vault.batch_item to vault_intake;
  grant update (accepted, refused, accepted_at, closed_at) on vault.batch to vault_intake;
  grant update (released_at, withheld_at) on vault.batch_item to vault_intake;
  grant select (held, released_at), update (held, released_at) on vault.sealed_request to vault_intake;
  grant select on vault.batch, vault.batch_item to vault_api;
  grant update (cancel_requested_at, cancel_requested_by, closed_at) on vault.batch to vault_api;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await tables.execute(db);
  await grants.execute(db);
  for (const table of ['batch', 'batch_item']) {
    await guardByTenant(db, { table: `vault.${table}`, system: ['vault_intake'] });
  }
}
