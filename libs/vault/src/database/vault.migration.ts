import { Migrator } from 'kysely/migration';
import { Client } from 'pg';
import { openVaultDatabase } from './vault.database.js';
import * as vault from './migrations/0001-vault.migration.js';
import * as registry from './migrations/0002-registry.migration.js';
import * as settings from './migrations/0003-settings.migration.js';
import * as desk from './migrations/0004-desk.migration.js';
import * as suppression from './migrations/0005-suppression.migration.js';
import * as erasure from './migrations/0006-erasure.migration.js';
import * as batch from './migrations/0007-batch.migration.js';
import * as inbound from './migrations/0013-inbound.migration.js';
import * as webhookAccounts from './migrations/0014-webhook-accounts.migration.js';
import * as providerTurns from './migrations/0015-provider-turns.migration.js';
import * as proof from './migrations/0016-proof.migration.js';
import * as inboundOfAccounts from './migrations/0020-inbound-of-accounts.migration.js';
import * as consent from './migrations/0021-consent.migration.js';
import * as parkedInbound from './migrations/0022-parked-inbound.migration.js';
import * as siteClaims from './migrations/0024-site-claims.migration.js';
import * as contactAlias from './migrations/0031-contact-alias.migration.js';

/** What each service connects as. Grants and policies are stated in the migrations. */
export const vaultRoles = ['vault_intake', 'vault_open', 'vault_api', 'vault_desk'] as const;
export type VaultRole = (typeof vaultRoles)[number];

/** Any number, the same in every release: one migration at a time per database. */
const lockKey = 7_301_946_225;
/** PostgreSQL's code for `tuple concurrently updated`. */
const concurrentlyUpdated = 'XX000';

export type MigrateOptions = {
  /** Roles that shall be able to log in, with their passwords. Roles left out exist without login: make members of them. */
  readonly roles?: Partial<Record<VaultRole, { readonly password: string }>>;
};

/**
 * Brings database `vault` to this release's schema; safe to run from several processes and again. Owner needs CREATEROLE the
 * first time, unless the roles were made before (`createVaultRoles`). Answers the names of the migrations it ran.
 * @throws the failed migration's error; the schema is then as before it
 */
export async function migrateVault(ownerUrl: string, options: MigrateOptions = {}): Promise<string[]> {
  const guard = new Client({ connectionString: ownerUrl });
  await guard.connect();
  try {
    await guard.query('select pg_advisory_lock($1)', [lockKey]);
    await ensureRoles(guard, options.roles);
    return await runMigrations(ownerUrl);
  } finally {
    await guard.end();
  }
}

/** Makes the roles alone, where the database's owner may not: run it as someone with CREATEROLE before `migrateVault`. */
export async function createVaultRoles(url: string, roles?: MigrateOptions['roles']): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await ensureRoles(client, roles);
  } finally {
    await client.end();
  }
}

async function ensureRoles(client: Client, roles: MigrateOptions['roles']): Promise<void> {
  for (const role of vaultRoles) await ensureRole(client, role, roles?.[role]?.password);
}

/** In the order of their names. A new one is named after the last: what has run somewhere stays the beginning of this list. */
const migrations = {
  '0001-vault': vault,
  '0002-registry': registry,
  '0003-settings': settings,
  '0004-desk': desk,
  '0005-suppression': suppression,
  '0006-erasure': erasure,
  '0007-batch': batch,
  '0013-inbound': inbound,
  '0014-webhook-accounts': webhookAccounts,
  '0015-provider-turns': providerTurns,
  '0016-proof': proof,
  '0020-inbound-of-accounts': inboundOfAccounts,
  '0021-consent': consent,
  '0022-parked-inbound': parkedInbound,
  '0024-site-claims': siteClaims,
  '0031-contact-alias': contactAlias,
};

/** Their names, oldest first. */
export const VAULT_MIGRATIONS: readonly string[] = Object.keys(migrations);

async function runMigrations(ownerUrl: string): Promise<string[]> {
  const db = openVaultDatabase({ url: ownerUrl, maxConnections: 1, queryTimeoutMs: 0 });
  try {
    const migrator = new Migrator({
      db,
      migrationTableSchema: 'vault',
      provider: { getMigrations: async () => migrations },
    });
    const { error, results } = await migrator.migrateToLatest();
    if (error !== undefined) throw error;
    return (results ?? []).map((result) => result.migrationName);
  } finally {
    await db.destroy();
  }
}

/** Roles belong to the whole server: another database's migration may make or alter the same one at this moment. */
async function ensureRole(client: Client, role: VaultRole, password: string | undefined): Promise<void> {
  await client.query(`do $$ begin
    if not exists (select from pg_roles where rolname = '${role}') then create role ${role} nologin; end if;
  exception when duplicate_object or unique_violation then null;
  end $$`);
  if (password === undefined) return;
  const statement = `alter role ${role} login password ${client.escapeLiteral(password)}`;
  for (let tries = 1; ; tries += 1) {
    try {
      await client.query(statement);
      return;
    } catch (error) {
      if (tries === 20 || (error as { code?: unknown }).code !== concurrentlyUpdated) throw error;
    }
  }
}
