import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import { guardByTenant } from './0001-vault.migration.js';

const tables = sql`
  create schema registry;
  create table registry.tenant (
    id uuid primary key,
    name text not null,
    status text not null default 'active' check (status in ('active', 'suspended')),
    sender jsonb,
    created_at timestamptz not null default now()
  );
  create table registry.api_key (
    id text primary key,
    tenant_id uuid not null references registry.tenant,
    name text not null,
    scopes text[] not null,
    secret_sha256 bytea not null check (length(secret_sha256) = 32),
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    revoked_at timestamptz
  );
  create table registry.template (
    id uuid not null,
    tenant_id uuid not null references registry.tenant,
    template_id text not null,
    version integer not null check (version > 0),
    bodies jsonb not null,
    variables text[] not null,
    description text not null,
    created_at timestamptz not null default now(),
    primary key (tenant_id, template_id, version),
    unique (id, version)
  );
  create table registry.campaign (
    id uuid primary key,
    tenant_id uuid not null references registry.tenant,
    campaign_id text not null,
    name text not null,
    status text not null check (status in ('active', 'paused', 'stopped')),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    created_at timestamptz not null default now(),
    unique (tenant_id, campaign_id)
  );
  create table registry.audit (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    tenant_id uuid not null,
    actor text not null,
    action text not null,
    subject text not null,
    before jsonb,
    after jsonb
  );
  create index on registry.audit (tenant_id, id);
  create table registry.version (single boolean primary key default true check (single), version bigint not null);
  insert into registry.version (version) values (1);
`;

const functions = sql`
  -- Readers compare this counter to know that their cache is old; a write that forgot it would be invisible to them.
  create function registry.move_version() returns trigger language plpgsql security definer set search_path = '' as $$
  begin
    update registry.version set version = version + 1;
    return null;
  end $$;
  create function registry.refuse_change() returns trigger language plpgsql as $$
  begin
    raise exception '%.% is append-only', tg_table_schema, tg_table_name using errcode = 'insufficient_privilege';
  end $$;
  -- A key is looked up before its tenant is known, one row by its public id.
  create function registry.find_api_key(key_id text)
    returns table (tenant_id uuid, scopes text[], secret_sha256 bytea) language sql stable security definer set search_path = '' as $$
    select k.tenant_id, k.scopes, k.secret_sha256 from registry.api_key k join registry.tenant t on t.id = k.tenant_id
    where k.id = key_id and k.revoked_at is null and t.status = 'active'
  $$;
  create function registry.touch_api_key(key_id text) returns void language sql security definer set search_path = '' as $$
    update registry.api_key set last_used_at = now() where id = key_id
  $$;
  revoke all on function registry.move_version, registry.find_api_key, registry.touch_api_key from public;
`;

const triggers = sql`
  create trigger moved after insert or update or delete on registry.tenant execute function registry.move_version();
  create trigger moved after insert or delete or update of name, scopes, secret_sha256, revoked_at on registry.api_key
    execute function registry.move_version();
  create trigger moved after insert or update or delete on registry.template execute function registry.move_version();
  create trigger moved after insert or update or delete on registry.campaign execute function registry.move_version();
  create trigger fixed before update or delete on registry.template for each row execute function registry.refuse_change();
  create trigger fixed before update or delete on registry.audit for each row execute function registry.refuse_change();
`;

const grants = sql`
  grant usage on schema registry to vault_intake, vault_open, vault_api;
  grant select on registry.version to vault_intake, vault_open, vault_api;
  grant select on registry.tenant, registry.template, registry.campaign to vault_intake, vault_open, vault_api;
  grant update (name, sender) on registry.tenant to vault_api;
  grant insert on registry.template, registry.campaign, registry.audit, registry.api_key to vault_api;
  grant update (name, status) on registry.campaign to vault_api;
  grant update (revoked_at), select (id, tenant_id, name, scopes, created_at, last_used_at, revoked_at)
    on registry.api_key to vault_api;
  grant select on registry.audit to vault_api;
  grant execute on function registry.find_api_key, registry.touch_api_key to vault_api;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await tables.execute(db);
  await functions.execute(db);
  await triggers.execute(db);
  await grants.execute(db);
  const system = ['vault_intake', 'vault_open'];
  await guardByTenant(db, { table: 'registry.tenant', system, column: 'id' });
  for (const table of ['api_key', 'template', 'campaign', 'audit'])
    await guardByTenant(db, { table: `registry.${table}`, system });
}
