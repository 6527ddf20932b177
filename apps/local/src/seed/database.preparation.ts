import { ensureDatabase, ensureRole } from '@homing/embedded-stores';
import { LIVE_SCHEMA, migrateReadModel } from '@homing/read-model';
import { migrateVault } from '@homing/vault';
import pg from 'pg';
import { databases, rolesOf } from '../wiring/database.roles.js';
import type { DatabaseName } from '../wiring/database.roles.js';

/** Makes the database and its roles, or brings their passwords up to date. Safe to repeat. */
export async function prepareDatabase(
  adminUrl: string,
  name: DatabaseName,
  passwords: Record<string, string>,
): Promise<void> {
  const { owner, connect } = databases[name];
  for (const role of rolesOf(name)) await ensureRole(adminUrl, { name: role, password: passwords[role] ?? '' });
  await ensureDatabase(adminUrl, { database: name, owner, connect: [...connect] });
  if (name === 'read') await nameSchemaFor(adminUrl, connect);
}

/** People at a prompt need not write the schema's name. */
async function nameSchemaFor(adminUrl: string, roles: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    for (const role of roles)
      await client.query(`alter role ${role} in database read set search_path = ${LIVE_SCHEMA}`);
  } finally {
    await client.end();
  }
}

export async function migrateVaultSchema(ownerUrl: string): Promise<void> {
  await migrateVault(ownerUrl);
}

export async function migrateRead(ownerUrl: string): Promise<void> {
  await migrateReadModel(ownerUrl);
}
