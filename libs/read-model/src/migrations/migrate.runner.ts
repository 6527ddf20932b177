import { createHash } from 'node:crypto';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import pg from 'pg';
import { checkedSchema, LIVE_SCHEMA } from '../connection/schema.name.js';
import { createTables } from './0001-tables.migration.js';
import { createLedgerTables } from './0002-ledgers.migration.js';
import { createProgress } from './0003-progress.migration.js';
import { showWhatSettles } from './0004-unknown-outcomes.migration.js';
import { addTraces } from './0005-traces.migration.js';
import { keepPlainJson } from './0006-plain-json.migration.js';
import { createSuppressions } from './0007-suppressions.migration.js';
import { createStoreMark } from './0008-store-mark.migration.js';
import { addCustomerType } from './0009-customer-type.migration.js';
import { createBatches } from './0011-batches.migration.js';
import { createDecisions } from './0013-decisions.migration.js';
import { createAnalytics } from './0014-analytics.migration.js';
import { addSendHours } from './0015-send-hours.migration.js';
import { createLeads } from './0016-leads.migration.js';
import { addAssistedTasks } from './0018-assisted-tasks.migration.js';
import { addTaskClaims } from './0024-claimed-tasks.migration.js';
import { keepRoomOnPages } from './0030-room-on-pages.migration.js';
import { createConsentWords } from './0031-consent-words.migration.js';
import { accessStatements, DEFAULT_ROLES, type ReadModelRoles } from './access.statements.js';

/** In the order of their names. One that was released is never changed; the next change is the next number. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-tables': { up: createTables },
  '0002-ledgers': { up: createLedgerTables },
  '0003-progress': { up: createProgress },
  '0004-unknown-outcomes': { up: showWhatSettles },
  '0005-traces': { up: addTraces },
  '0006-plain-json': { up: keepPlainJson },
  '0007-suppressions': { up: createSuppressions },
  '0008-store-mark': { up: createStoreMark },
  '0009-customer-type': { up: addCustomerType },
  '0011-batches': { up: createBatches },
  '0013-decisions': { up: createDecisions },
  '0014-analytics': { up: createAnalytics },
  '0015-send-hours': { up: addSendHours },
  '0016-leads': { up: createLeads },
  '0018-assisted-tasks': { up: addAssistedTasks },
  '0024-claimed-tasks': { up: addTaskClaims },
  '0030-room-on-pages': { up: keepRoomOnPages },
  '0031-consent-words': { up: createConsentWords },
};

/** Their names, oldest first. */
export const READ_MODEL_MIGRATIONS: readonly string[] = Object.keys(MIGRATIONS);

export interface MigrateOptions {
  /** Missing ones are made without login; then the owner must be allowed to make roles. */
  readonly roles?: Partial<ReadModelRoles>;
  /** Default `read_model`. */
  readonly schema?: string;
}

/**
 * Brings the schema and the rights on it up to date, as the owner of the database `read`. Safe to repeat and to run from
 * several processes at once: an advisory lock makes them take turns. Never drops data.
 * @throws whatever failed; each migration and the rights are one transaction each, so what failed left nothing behind.
 */
export async function migrateReadModel(ownerUrl: string, options: MigrateOptions = {}): Promise<void> {
  const schema = checkedSchema(options.schema ?? LIVE_SCHEMA);
  const pool = new pg.Pool({ connectionString: ownerUrl, max: 3, options: `-c search_path=${schema}` });
  pool.on('error', () => undefined);
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    await db.connection().execute(async (turn) => {
      await sql`select pg_advisory_lock(hashtext('homing.read-model'))`.execute(turn);
      await migrateTables(db, schema);
      await grantRights(db, schema, { ...DEFAULT_ROLES, ...options.roles });
    });
  } finally {
    await db.destroy();
  }
}

async function migrateTables(db: Kysely<unknown>, schema: string): Promise<void> {
  const provider = { getMigrations: async () => ({ ...MIGRATIONS }) };
  const { error } = await new Migrator({ db, provider, migrationTableSchema: schema }).migrateToLatest();
  if (error) throw error;
}

/** Policies need an exclusive lock for a moment, so they are only touched when they differ: a comment keeps their digest. */
async function grantRights(db: Kysely<unknown>, schema: string, roles: ReadModelRoles): Promise<void> {
  const statements = accessStatements(schema, roles);
  const digest = `rights ${createHash('sha256').update(statements.join(';')).digest('hex').slice(0, 16)}`;
  await db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ note: string | null }>`
      select obj_description(to_regnamespace(${schema}), 'pg_namespace') as note`.execute(trx);
    if (rows[0]?.note === digest) return;
    for (const role of Object.values(roles)) await ensureRole(trx, role);
    for (const statement of statements) await sql.raw(statement).execute(trx);
    await sql`comment on schema ${sql.id(schema)} is ${sql.lit(digest)}`.execute(trx);
  });
}

/** Roles are shared by every database of a server, so another database's migration may make the same one meanwhile. */
async function ensureRole(db: Kysely<unknown>, role: string): Promise<void> {
  await sql`do ${sql.lit(`begin
    if not exists (select 1 from pg_roles where rolname = ${literal(role)}) then
      execute format('create role %I nologin', ${literal(role)});
    end if;
  exception when duplicate_object or unique_violation then null;
  end`)}`.execute(db);
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
