import type { PostgresPool, PostgresPoolClient } from 'kysely';
import { Pool, type CustomTypesConfig } from 'pg';
import { queryTraced } from './query.tracing.js';
import { failedAsPrepared, StatementNames } from './statement.names.js';

export interface PostgresPoolSettings {
  readonly url: string;
  /** Most connections at once. */
  readonly maxConnections: number;
  /** Milliseconds until a query without an answer fails; 0: never. */
  readonly queryTimeoutMs: number;
  /** Milliseconds until an attempt to connect fails. Default 5000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string | undefined;
  readonly types?: CustomTypesConfig;
  /** Hears of idle connections that broke (the pool replaces them). Default: silence. */
  readonly onConnectionError?: ((error: Error) => void) | undefined;
}

/** An idle connection whose other side is gone without a word is noticed within half a minute. */
const keepAliveAfterMs = 10_000;
/** Making a connection costs both sides milliseconds of CPU (SCRAM) and every prepared statement: not for a pause of seconds. */
const keptIdleForMs = 300_000;

/**
 * Connections to one PostgreSQL, for Kysely's dialect; made when they are needed. A server that falls silent without a reset
 * (a failover, a lost route) costs a query `queryTimeoutMs`, and its connection is never handed out again. A connection that
 * breaks during a query fails that query and nothing else. Statements with parameters that come again are prepared; behind a pooler
 * that does not keep them apart (PgBouncer before 1.21, by transaction) they are sent as they are after the first failure.
 */
export function openPostgresPool(settings: PostgresPoolSettings): PostgresPool {
  const { applicationName, types, onConnectionError } = settings;
  const pool = new Pool({
    connectionString: settings.url,
    max: settings.maxConnections,
    connectionTimeoutMillis: settings.connectTimeoutMs ?? 5_000,
    idleTimeoutMillis: keptIdleForMs,
    allowExitOnIdle: true,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveAfterMs,
    ...(settings.queryTimeoutMs > 0 ? { query_timeout: settings.queryTimeoutMs } : {}),
    ...(applicationName === undefined ? {} : { application_name: applicationName }),
    ...(types === undefined ? {} : { types }),
  });
  pool.on('error', (error) => onConnectionError?.(error));
  // The pool listens to idle connections only: one that breaks in use says so here too, and its query has rejected already.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const names = new StatementNames();
  return { options: pool.options, end: () => pool.end(), connect: () => connect(pool, names) };
}

async function connect(pool: Pool, names: StatementNames): Promise<PostgresPoolClient> {
  const client = await pool.connect();
  let silence: unknown;
  const query = async (sql: string, parameters: unknown[]): Promise<unknown> => {
    // Whatever is asked behind an unanswered query would wait for it.
    if (silence !== undefined) throw silence;
    const name = parameters.length > 0 ? names.of(sql) : undefined;
    try {
      return await client.query(
        name === undefined ? { text: sql, values: parameters } : { name, text: sql, values: parameters },
      );
    } catch (error) {
      if (isUnanswered(error)) silence = error;
      if (name !== undefined && failedAsPrepared(error)) names.refuse(sql);
      throw error;
    }
  };
  return {
    query: ((sql: string, parameters: unknown[]) =>
      queryTraced(sql, () => query(sql, parameters))) as PostgresPoolClient['query'],
    release: (destroy) => client.release(destroy === true || silence !== undefined),
  };
}

/** pg gives its own time-out no code. */
const isUnanswered = (error: unknown): boolean => error instanceof Error && error.message === 'Query read timeout';
