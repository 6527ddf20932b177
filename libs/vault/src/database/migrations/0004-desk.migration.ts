import { sql } from 'kysely';
import type { Kysely } from 'kysely';

const tables = sql`
  create schema desk;
  -- What is known of a dead letter. Its content stays on the bus, sealed, and is gone after 30 days at most.
  create table desk.dead_letter (
    id uuid primary key,
    message_id text not null unique,
    -- Null: nobody's but the installation's own.
    tenant_id uuid,
    -- As the content was sealed; differs from tenant_id where that tenant does not exist.
    sealed_tenant text,
    consumer text not null,
    reason text not null,
    faults jsonb not null,
    subject text not null,
    source_stream text,
    source_sequence bigint,
    stored_at timestamptz not null,
    buried_at timestamptz not null,
    size integer not null check (size >= 0),
    digest text,
    letter_sequence bigint not null,
    subjects text[] not null,
    state text not null default 'open' check (state in ('open', 'replayed', 'discarded', 'erased', 'expired')),
    resolved_at timestamptz,
    resolved_by text,
    resolution_reason text,
    resolution_key text,
    resolution_digest bytea,
    outreach_id uuid,
    removed_at timestamptz,
    check ((state = 'open') = (resolved_at is null))
  );
  create index on desk.dead_letter (tenant_id, buried_at desc, id desc);
  create index on desk.dead_letter (buried_at);
  create index dead_letter_open on desk.dead_letter (buried_at) where state = 'open';
  create index dead_letter_to_remove on desk.dead_letter (resolved_at) where state <> 'open' and removed_at is null;
  create index dead_letter_subjects on desk.dead_letter using gin (subjects) where state = 'open';

  create table desk.action (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    letter_id uuid not null,
    tenant_id uuid,
    actor text not null,
    action text not null check (action in ('content_read', 'replayed', 'discarded', 'erased', 'expired')),
    detail jsonb
  );
  create index on desk.action (letter_id, id);

  -- What a provider said of something that is not known (yet): codes, ids and times, as they travel on the bus.
  create table desk.unmatched_signal (
    provider text not null,
    provider_event_id text not null,
    fact text not null,
    tenant_id uuid,
    channel text not null,
    provider_message_id text,
    delivery_id text,
    cause text not null,
    signal jsonb not null,
    occurred_at timestamptz not null,
    received_at timestamptz not null,
    parked_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (provider, provider_event_id, fact)
  );
  create index on desk.unmatched_signal (parked_at);
  create index on desk.unmatched_signal (expires_at);
  create index on desk.unmatched_signal (tenant_id, received_at desc, provider, provider_event_id, fact);
`;

const functions = sql`
  -- For the time of one transaction the session may also see what belongs to no tenant.
  create function desk.is_operator() returns boolean language sql stable set search_path = '' as $$
    select coalesce(current_setting('homing.operator', true), '') = 'on'
  $$;

  create function desk.refuse_change() returns trigger language plpgsql as $$
  begin
    raise exception '%.% is append-only', tg_table_schema, tg_table_name using errcode = 'insufficient_privilege';
  end $$;

  -- Letters of the session's tenant that speak of somebody end, and say so.
  create function desk.erase_letters(hashes text[]) returns integer
    language plpgsql security definer set search_path = '' as $$
  declare
    tenant uuid := vault.current_tenant();
    erased integer;
  begin
    with gone as (
      update desk.dead_letter set state = 'erased', resolved_at = now(), subjects = '{}'
      where tenant_id = tenant and state = 'open' and subjects && hashes
      returning id
    ), noted as (
      insert into desk.action (letter_id, tenant_id, actor, action) select id, tenant, 'erasure', 'erased' from gone returning 1
    )
    select count(*) into erased from noted;
    return erased;
  end $$;

  -- To be called before the hashes that lead to the person are destroyed.
  create function desk.erase_letters_of(person uuid) returns integer
    language sql security definer set search_path = '' as $$
    select desk.erase_letters((select coalesce(array_agg(hash), '{}') from (
      select recipient_hash as hash from vault.person_recipient
        where person_id = person and tenant_id = vault.current_tenant()
      union select fingerprint from vault.person_address
        where person_id = person and tenant_id = vault.current_tenant()) hashes))
  $$;
  revoke all on function desk.erase_letters, desk.erase_letters_of from public;
  create trigger fixed before update or delete on desk.action for each row execute function desk.refuse_change();
`;

const grants = sql`
  grant usage on schema desk to vault_desk, vault_api;
  grant select, insert, update, delete on desk.dead_letter to vault_desk;
  grant select, insert, delete on desk.unmatched_signal to vault_desk;
  grant select, insert on desk.action to vault_desk;

  grant select (id, tenant_id, consumer, reason, faults, subject, source_stream, source_sequence, stored_at, buried_at, size,
    digest, state, resolved_at, resolved_by, resolution_reason, outreach_id) on desk.dead_letter to vault_api;
  grant select on desk.action, desk.unmatched_signal to vault_api;
  grant execute on function desk.erase_letters, desk.erase_letters_of to vault_api;
  grant usage on schema vault to vault_desk;
`;

/** Forced for everyone. The API sees its session's tenant, and what is nobody's only where the session says it is an operator's. */
async function guard(db: Kysely<unknown>, name: string): Promise<void> {
  const table = sql.table(`desk.${name}`);
  const visible = sql`tenant_id = (select vault.current_tenant())
    or (tenant_id is null and (select vault.current_tenant()) is not null and (select desk.is_operator()))`;
  await sql`alter table ${table} enable row level security`.execute(db);
  await sql`alter table ${table} force row level security`.execute(db);
  await sql`create policy owner_all on ${table} to current_user using (true) with check (true)`.execute(db);
  await sql`create policy desk_all on ${table} to vault_desk using (true) with check (true)`.execute(db);
  await sql`create policy api_reads on ${table} for select to vault_api using (${visible})`.execute(db);
}

export async function up(db: Kysely<unknown>): Promise<void> {
  await tables.execute(db);
  await functions.execute(db);
  await grants.execute(db);
  for (const table of ['dead_letter', 'action', 'unmatched_signal']) await guard(db, table);
  // Whoever may make keys for a tenant makes no operator of it: such a key is the owner's to give.
  await sql`create policy operators_by_owner_only on registry.api_key as restrictive for insert to vault_api
    with check (not ('installation:operate' = any(scopes)))`.execute(db);
}
