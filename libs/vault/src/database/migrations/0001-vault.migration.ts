import { sql } from 'kysely';
import type { Kysely } from 'kysely';

const tables = sql`
  create table vault.person (
    person_id uuid primary key,
    tenant_id uuid not null,
    created_at timestamptz not null default now(),
    erased_at timestamptz
  );
  create table vault.person_key (
    person_id uuid primary key references vault.person,
    tenant_id uuid not null,
    public_key bytea not null check (length(public_key) = 32),
    sealed_private_key bytea not null
  );
  -- Whatever leads to a person hangs on the key: destroying the key takes it along, and a writer that still saw the key fails.
  create table vault.person_recipient (
    tenant_id uuid not null,
    recipient_hash text not null,
    person_id uuid not null references vault.person_key on delete cascade,
    primary key (tenant_id, recipient_hash)
  );
  create table vault.person_address (
    tenant_id uuid not null,
    fingerprint text not null,
    person_id uuid not null references vault.person_key on delete cascade,
    primary key (tenant_id, fingerprint)
  );
  create table vault.person_ambiguity (
    tenant_id uuid not null,
    fingerprint text not null,
    person_id uuid not null references vault.person_key on delete cascade,
    noticed_at timestamptz not null default now(),
    primary key (tenant_id, fingerprint, person_id)
  );
  create index on vault.person_recipient (person_id);
  create index on vault.person_address (person_id);
  create index on vault.person_ambiguity (person_id);

  create table vault.sealed_request (
    outreach_id uuid primary key,
    tenant_id uuid not null,
    person_id uuid not null references vault.person,
    live_key uuid references vault.person_key on delete set null,
    sealed bytea,
    digest bytea not null check (length(digest) = 32),
    contacts text not null,
    decision_input text,
    source text not null,
    accepted_at timestamptz not null,
    expires_at timestamptz,
    fed_at timestamptz
  );
  create index on vault.sealed_request (person_id, accepted_at);
  create index on vault.sealed_request (live_key);
  create index sealed_request_unfed on vault.sealed_request (accepted_at, outreach_id) where fed_at is null;
`;

const tenantOfSession = sql`
  create function vault.current_tenant() returns uuid language plpgsql stable set search_path = '' as $$
  declare tenant text := current_setting('homing.tenant', true);
  begin
    if tenant is null or tenant = '' then
      raise exception 'homing.tenant is not set' using errcode = 'insufficient_privilege';
    end if;
    return tenant::uuid;
  end $$;
`;

const grants = sql`
  grant usage on schema vault to vault_intake, vault_open, vault_api;

  grant select, insert on vault.person, vault.person_recipient, vault.person_address, vault.person_ambiguity to vault_intake;
  grant insert, select (person_id, tenant_id, public_key) on vault.person_key to vault_intake;
  grant insert, update (fed_at), select (outreach_id, tenant_id, person_id, live_key, digest, contacts, decision_input,
    source, accepted_at, expires_at, fed_at) on vault.sealed_request to vault_intake;

  grant select on vault.person, vault.person_key, vault.sealed_request to vault_open;

  grant select, update (erased_at) on vault.person to vault_api;
  grant delete, select (person_id, tenant_id) on vault.person_key to vault_api;
  grant select on vault.person_recipient to vault_api;
  grant update (sealed, contacts, decision_input), select (outreach_id, tenant_id, person_id, source, accepted_at,
    expires_at, fed_at) on vault.sealed_request to vault_api;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await tables.execute(db);
  await tenantOfSession.execute(db);
  await grants.execute(db);
  for (const table of [
    'person',
    'person_key',
    'person_recipient',
    'person_address',
    'person_ambiguity',
    'sealed_request',
  ])
    await guardByTenant(db, { table: `vault.${table}`, system: ['vault_intake', 'vault_open'] });
}

/**
 * Row-level security, forced: the API sees its session's tenant only (and an error without one); the named system roles, whose
 * services work for all tenants at once, see what their grants allow; the owner keeps its rights for migrations and restores.
 */
export async function guardByTenant(
  db: Kysely<unknown>,
  guard: { table: string; system: readonly string[]; column?: string },
): Promise<void> {
  const table = sql.table(guard.table);
  const roles = sql.join(guard.system.map((role) => sql.ref(role)));
  const tenant = sql`${sql.ref(guard.column ?? 'tenant_id')} = (select vault.current_tenant())`;
  await sql`alter table ${table} enable row level security`.execute(db);
  await sql`alter table ${table} force row level security`.execute(db);
  await sql`create policy owner_all on ${table} to current_user using (true) with check (true)`.execute(db);
  await sql`create policy api_own_tenant on ${table} to vault_api using (${tenant}) with check (${tenant})`.execute(db);
  await sql`create policy system_all on ${table} to ${roles} using (true) with check (true)`.execute(db);
}
