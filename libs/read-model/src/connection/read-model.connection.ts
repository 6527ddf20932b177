import { CamelCasePlugin, Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import pg from 'pg';
import { openPostgresPool } from '@homing/service-kit/postgres';
import type { ReadModelTables } from '../tables/read-model.tables.js';
import { checkedSchema, LIVE_SCHEMA } from './schema.name.js';

export type ReadModelDb = Kysely<ReadModelTables>;
export type ReadModelTransaction = Transaction<ReadModelTables>;

export interface ConnectionOptions {
  /** A role's connection string to the database `read`. */
  readonly connectionString: string;
  /** Default `read_model`. */
  readonly schema?: string;
  /** Most connections at once. Default 5. */
  readonly max?: number;
  /** Milliseconds until a query without an answer fails; its connection is left behind. 0: never. Default 30000. */
  readonly queryTimeoutMs?: number;
  /** Shown in `pg_stat_activity`. Default `homing`. */
  readonly applicationName?: string;
  /** An idle connection broke; the pool makes a new one. Default: nothing. */
  readonly onError?: (error: Error) => void;
  /** Every statement sent, for tests. */
  readonly onStatement?: (sql: string) => void;
}

export interface ReadModelConnection {
  readonly db: ReadModelDb;
  readonly schema: string;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a pool lazily: nothing connects before the first query. */
export function connectReadModel(options: ConnectionOptions): ReadModelConnection {
  const { onStatement } = options;
  const schema = checkedSchema(options.schema ?? LIVE_SCHEMA);
  const pool = openPostgresPool({
    url: options.connectionString,
    maxConnections: options.max ?? 5,
    queryTimeoutMs: options.queryTimeoutMs ?? 30_000,
    applicationName: options.applicationName ?? 'homing',
    types: { getTypeParser: parserOf as typeof pg.types.getTypeParser },
    onConnectionError: options.onError,
  });
  const root = new Kysely<ReadModelTables>({
    dialect: new PostgresDialect({ pool }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
    ...(onStatement ? { log: (event) => onStatement(event.query.sql) } : {}),
  });
  return {
    db: root.withSchema(schema),
    schema,
    ping: async () => void (await sql`select 1`.execute(root)),
    close: () => root.destroy(),
  };
}

const { builtins } = pg.types;
const asText = (value: string): string => value;
const asIs = pg.types.getTypeParser;

/** 64-bit numbers stay exact, instants become the text the events use. */
function parserOf(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === builtins.INT8) return BigInt;
  if (oid === builtins.TIMESTAMPTZ) return (value) => new Date(value).toISOString();
  if (oid === builtins.UUID) return asText;
  return asIs(oid, format as 'text') as (value: string) => unknown;
}
