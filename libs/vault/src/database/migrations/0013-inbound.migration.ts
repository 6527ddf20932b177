import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import { guardByTenant } from './0001-vault.migration.js';

const tables = sql`
  -- What people wrote to a tenant. The text stays as ingestion sealed it, to the desk; gone once its person is erased.
  create table desk.inbound_message (
    id uuid primary key,
    -- Null: nobody can tell whose it is.
    tenant_id uuid,
    -- As it was sealed.
    sealed_tenant text,
    provider text not null,
    event_digest text not null,
    channel text not null,
    class text not null,
    -- Of the sender's address; null where it is none that the tenant could write to.
    fingerprint text,
    mask text,
    outreach_id uuid,
    delivery_id text,
    occurred_at timestamptz not null,
    received_at timestamptz not null,
    filed_at timestamptz not null default clock_timestamp(),
    sealed text,
    unique (provider, event_digest)
  );
  create index inbound_by_time on desk.inbound_message (tenant_id, received_at desc, id desc);
  create index inbound_by_sender on desk.inbound_message (tenant_id, fingerprint);
  create index inbound_by_outreach on desk.inbound_message (outreach_id) where outreach_id is not null;

  -- When somebody last wrote to us from an address, by channel: within a day they may be answered freely.
  create table vault.last_inbound (
    tenant_id uuid not null,
    fingerprint text not null,
    channel text not null,
    at timestamptz not null,
    primary key (tenant_id, fingerprint, channel)
  );

  create function vault.forget_inbound() returns trigger language plpgsql security definer set search_path = '' as $$
  begin
    update desk.inbound_message set sealed = null, mask = null
      where tenant_id = old.tenant_id and fingerprint = old.fingerprint;
    delete from vault.last_inbound where tenant_id = old.tenant_id and fingerprint = old.fingerprint;
    return null;
  end $$;
  revoke all on function vault.forget_inbound from public;
  create trigger inbound_forgotten after delete on vault.person_address
    for each row execute function vault.forget_inbound();
`;

const grants = sql`
  grant select, insert on desk.inbound_message to vault_desk;
  grant select (id, tenant_id, provider, channel, class, mask, outreach_id, delivery_id, occurred_at, received_at, filed_at)
    on desk.inbound_message to vault_api;
  grant select, insert, update on vault.last_inbound to vault_intake;
`;

const guards = sql`
  alter table desk.inbound_message enable row level security;
  alter table desk.inbound_message force row level security;
  create policy owner_all on desk.inbound_message to current_user using (true) with check (true);
  create policy desk_all on desk.inbound_message to vault_desk using (true) with check (true);
  create policy api_reads on desk.inbound_message for select to vault_api
    using (tenant_id = (select vault.current_tenant())
      or (tenant_id is null and (select vault.current_tenant()) is not null and (select desk.is_operator())));
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await tables.execute(db);
  await grants.execute(db);
  await guards.execute(db);
  await guardByTenant(db, { table: 'vault.last_inbound', system: ['vault_intake'] });
}
