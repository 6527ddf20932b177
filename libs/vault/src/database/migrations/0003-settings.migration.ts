import { sql } from 'kysely';
import type { Kysely } from 'kysely';

/** Settings of tenants and campaigns, each with a version that grows by one with every change of them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table registry.tenant
      add column settings jsonb not null default '{}' check (jsonb_typeof(settings) = 'object'),
      add column settings_version integer not null default 0 check (settings_version >= 0);
    alter table registry.campaign
      add column settings jsonb not null default '{}' check (jsonb_typeof(settings) = 'object'),
      add column settings_version integer not null default 0 check (settings_version >= 0);
    grant update (settings, settings_version) on registry.tenant to vault_api;
    grant update (settings, settings_version) on registry.campaign to vault_api;
  `.execute(db);
}
