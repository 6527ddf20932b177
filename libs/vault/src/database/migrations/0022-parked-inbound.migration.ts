import { sql } from 'kysely';
import type { Kysely } from 'kysely';

const tables = sql`
  -- What people wrote or read while the projection was away: kept until it has come to where it arrived, then heard once more.
  create table desk.parked_inbound (
    provider text not null,
    event_digest text not null,
    -- As it was sealed; empty: to the installation.
    sealed_tenant text not null,
    -- As the bus brought it: its content stays sealed to the desk.
    message jsonb not null,
    -- Of $all: what it is about is projected once the projection has come so far.
    position bigint not null,
    -- Tenant and fingerprint of its sender, for erasure.
    senders text[] not null,
    parked_at timestamptz not null,
    -- Nobody else settles it until then.
    taken_until timestamptz,
    primary key (provider, event_digest, sealed_tenant)
  );
  create index parked_inbound_by_time on desk.parked_inbound (parked_at);

  create or replace function vault.forget_inbound() returns trigger language plpgsql security definer set search_path = '' as $$
  declare
    sender text := old.tenant_id::text || '/' || old.fingerprint;
  begin
    update desk.inbound_message set sealed = null, mask = null
      where tenant_id = old.tenant_id and fingerprint = old.fingerprint;
    delete from desk.parked_inbound where senders = array[sender];
    update desk.parked_inbound set senders = array_remove(senders, sender) where senders @> array[sender];
    delete from vault.last_inbound where tenant_id = old.tenant_id and fingerprint = old.fingerprint;
    return null;
  end $$;
`;

const grants = sql`
  grant select, insert, update (taken_until), delete on desk.parked_inbound to vault_desk;
`;

const guards = sql`
  alter table desk.parked_inbound enable row level security;
  alter table desk.parked_inbound force row level security;
  create policy owner_all on desk.parked_inbound to current_user using (true) with check (true);
  create policy desk_all on desk.parked_inbound to vault_desk using (true) with check (true);
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await tables.execute(db);
  await grants.execute(db);
  await guards.execute(db);
}
