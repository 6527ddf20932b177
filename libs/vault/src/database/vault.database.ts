import { Kysely, PostgresDialect, sql } from 'kysely';
import type { Transaction } from 'kysely';
import { Pool } from 'pg';
import type { VaultDatabase, VaultTables } from './vault.tables.js';

export type VaultDatabaseSettings = {
  /** Connection URL of database `vault`, as the role of the half that uses it. */
  readonly url: string;
  /** Default 4. */
  readonly maxConnections?: number;
  /** Milliseconds until an attempt to connect fails. Default 5000. */
  readonly connectTimeoutMs?: number;
  /** Hears of idle connections that broke (the pool replaces them). Default: silence. */
  readonly onConnectionError?: (error: Error) => void;
};

/** Opens a pool; nothing is connected before the first query. `destroy()` closes it. */
export function openVaultDatabase(settings: VaultDatabaseSettings): VaultDatabase {
  const pool = new Pool({
    connectionString: settings.url,
    max: settings.maxConnections ?? 4,
    connectionTimeoutMillis: settings.connectTimeoutMs ?? 5000,
    keepAlive: true,
  });
  pool.on('error', (error) => settings.onConnectionError?.(error));
  return new Kysely<VaultTables>({ dialect: new PostgresDialect({ pool }) });
}

/** Runs work as one tenant: inside it, row-level security shows that tenant's rows only. */
export async function withTenant<T>(
  db: VaultDatabase,
  tenantId: string,
  work: (trx: Transaction<VaultTables>) => Promise<T>,
): Promise<T> {
  return db.transaction().execute(async (trx) => {
    await sql`select set_config('homing.tenant', ${tenantId}, true)`.execute(trx);
    return work(trx);
  });
}
