import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import { guardByTenant } from './0001-vault.migration.js';

const table = sql`
  -- Who may call /webhooks/{provider}/{account}: keys sealed to ingestion, which nothing here can open.
  create table registry.webhook_account (
    provider text not null,
    account text not null,
    tenant_id uuid not null references registry.tenant,
    version integer not null check (version > 0),
    -- [{id, notAfter?, sealed}]; empty: nobody may call there any more.
    keys jsonb not null check (jsonb_typeof(keys) = 'array'),
    updated_at timestamptz not null default now(),
    -- A path belongs to one tenant, for good: its version never begins anew.
    primary key (provider, account)
  );
  create index on registry.webhook_account (tenant_id, provider, account);
`;

const grants = sql`
  grant select, insert, update on registry.webhook_account to vault_api;
  grant select on registry.webhook_account to vault_intake;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await table.execute(db);
  await grants.execute(db);
  await guardByTenant(db, { table: 'registry.webhook_account', system: ['vault_intake'] });
}
