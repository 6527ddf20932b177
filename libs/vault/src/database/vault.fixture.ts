import { randomUUID } from 'node:crypto';
import { dropDatabase } from '@homing/testing/postgres-drop';
import { Client } from 'pg';
import { generateFingerprintKey, generateVaultKeys } from '../keys/vault.keys.js';
import type { VaultKeys } from '../keys/vault.keys.js';
import { openVaultDatabase } from './vault.database.js';
import { createVaultRoles, migrateVault, vaultRoles } from './vault.migration.js';
import type { VaultRole } from './vault.migration.js';
import type { VaultDatabase } from './vault.tables.js';

export type TestVault = {
  readonly ownerUrl: string;
  readonly keys: VaultKeys;
  readonly fingerprintKey: string;
  /** A pool connected as this role, closed with the vault. */
  as(role: VaultRole | 'owner', maxConnections?: number): VaultDatabase;
  /** For a process of its own. */
  urlOf(role: VaultRole): string;
  /** Copies everything as it stands now. Cuts every connection for it. Returns the way to put the copy back in its place. */
  copy(): Promise<{ restore(): Promise<void> }>;
  close(): Promise<void>;
};

/** A database of its own, migrated, in the PostgreSQL of this test run; owned by the superuser or by an ordinary role. */
export async function startTestVault(ownedBy: 'superuser' | 'ordinary role' = 'superuser'): Promise<TestVault> {
  const adminUrl = process.env.HOMING_TEST_POSTGRES_URL;
  if (!adminUrl) throw new Error('HOMING_TEST_POSTGRES_URL is not set');
  const name = `vault_${randomUUID().replaceAll('-', '')}`;
  await administer(adminUrl, `create database ${name}`);
  const superUrl = urlOf(adminUrl, name);
  const password = 'only-for-tests';
  const roles = Object.fromEntries(vaultRoles.map((role) => [role, { password }]));
  let ownerUrl = superUrl;
  if (ownedBy === 'ordinary role') {
    // The roles are made by whoever may; the schema by its owner.
    await createVaultRoles(superUrl, roles);
    await administer(adminUrl, `create role ${name} login password '${password}'`);
    await administer(adminUrl, `alter database ${name} owner to ${name}`);
    ownerUrl = urlOf(adminUrl, name, { role: name, password });
    await migrateVault(ownerUrl);
  } else await migrateVault(ownerUrl, { roles });
  const pools: VaultDatabase[] = [];
  return {
    ownerUrl,
    keys: await generateVaultKeys(),
    fingerprintKey: generateFingerprintKey(),
    as(role, maxConnections = 4) {
      const url = role === 'owner' ? ownerUrl : urlOf(adminUrl, name, { role, password });
      const db = openVaultDatabase({ url, maxConnections });
      pools.push(db);
      return db;
    },
    urlOf: (role) => urlOf(adminUrl, name, { role, password }),
    async copy() {
      const aside = `${name}_copy`;
      for (const statement of copying(name, aside)) await administer(adminUrl, statement);
      return {
        async restore() {
          for (const statement of replacing(name, aside)) await administer(adminUrl, statement);
        },
      };
    },
    async close() {
      await Promise.all(pools.map((pool) => pool.destroy()));
      for (const statement of dropDatabase(name)) await administer(adminUrl, statement);
      if (ownedBy === 'ordinary role') await administer(adminUrl, `drop role ${name}`);
    },
  };
}

const copying = (name: string, aside: string): string[] => [
  `alter database ${name} allow_connections false`,
  `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
  `create database ${aside} template ${name}`,
  `alter database ${name} allow_connections true`,
];

const replacing = (name: string, aside: string): string[] => [
  `drop database ${name} with (force)`,
  `alter database ${aside} rename to ${name}`,
  `alter database ${name} allow_connections true`,
];

function urlOf(adminUrl: string, database: string, login?: { role: string; password: string }): string {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  if (login !== undefined) {
    url.username = login.role;
    url.password = login.password;
  }
  return url.href;
}

async function administer(adminUrl: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
