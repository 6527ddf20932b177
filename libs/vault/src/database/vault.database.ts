import { Kysely, PostgresDialect, sql } from 'kysely';
import type { Transaction } from 'kysely';
import { openPostgresPool } from '@homing/service-kit/postgres';
import type { VaultDatabase, VaultTables } from './vault.tables.js';

export type VaultDatabaseSettings = {
  /** Connection URL of database `vault`, as the role of the half that uses it. */
  readonly url: string;
  /** Default 4. */
  readonly maxConnections?: number;
  /** Milliseconds until an attempt to connect fails. Default 5000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds until a query without an answer fails; its connection is left behind. 0: never. Default 10000. */
  readonly queryTimeoutMs?: number;
  /** Hears of idle connections that broke (the pool replaces them). Default: silence. */
  readonly onConnectionError?: (error: Error) => void;
};

/** Opens a pool; nothing is connected before the first query. `destroy()` closes it. */
export function openVaultDatabase(settings: VaultDatabaseSettings): VaultDatabase {
  const { url, maxConnections = 4, queryTimeoutMs = 10_000, connectTimeoutMs, onConnectionError } = settings;
  const pool = openPostgresPool({ url, maxConnections, queryTimeoutMs, connectTimeoutMs, onConnectionError });
  return new Kysely<VaultTables>({ dialect: new PostgresDialect({ pool }) });
}

/** Resolves when the database answers; for readiness checks of any half, whatever its role may read. */
export async function pingVault(db: VaultDatabase): Promise<void> {
  await sql`select 1`.execute(db);
}

/**
 * Names what answers: another text once the server was started anew, or the database or its tables were put in the place of those
 * before. Whoever restores a vault does one of them; the same text after a mere lost connection. Any role may ask.
 */
export async function vaultIncarnation(db: VaultDatabase): Promise<string> {
  const { rows } = await sql<{
    incarnation: string;
  }>`select concat_ws(' ', extract(epoch from pg_postmaster_start_time()),
    (select oid from pg_database where datname = current_database()), to_regclass('vault.consent')::oid,
    to_regclass('vault.suppression')::oid) as incarnation`.execute(db);
  return rows[0]?.incarnation ?? '';
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
