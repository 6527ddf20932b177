import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import pg from 'pg';
import type { ReadModelConnection } from '../connection/read-model.connection.js';
import { withTenant } from '../connection/tenant.transaction.js';
import { emailStory, Store, tenantOf } from '../fixtures/outreach-story.fixture.js';
import { project } from '../fixtures/project.fixture.js';
import { makeReadDatabase, type ReadDatabase } from '../fixtures/read-database.fixture.js';
import { createTenantQueries } from '../queries/tenant.queries.js';
import { migrateReadModel } from './migrate.runner.js';

const READABLE = [
  'outreach',
  'delivery_status',
  'outreach_attempts',
  'outreach_events',
  'timetable',
  'unknown_outcomes',
  'decisions',
  'routing_hours',
  'routing_days',
  'leads',
];
/** Of which the story has no rows. */
const EMPTY = ['conversions', 'send_hours', 'batches', 'batch_items', 'assisted_tasks'];
let database: ReadDatabase;
let connections: Record<'system' | 'api' | 'analyst', ReadModelConnection>;

beforeAll(async () => {
  database = await makeReadDatabase();
  const roles = ['system', 'api', 'analyst'] as const;
  connections = Object.fromEntries(roles.map((role) => [role, database.connect(role)])) as typeof connections;
  const store = new Store();
  for (const n of [1, 2, 3]) {
    const s = emailStory({ n, tenant: n });
    store.append(s.stream, s.tenantId, ...s.intake, s.started(), s.unknown());
  }
  await project(connections.system, store.events);
});
afterAll(() => database.drop());

const tenantsSeen = async (connection: ReadModelConnection, table: string, tenant: string): Promise<string[]> =>
  withTenant(connection.db, tenant, async (trx) => {
    const { rows } = await sql<{
      tenantId: string;
    }>`select distinct tenant_id from ${sql.id('read_model', table)}`.execute(trx);
    return rows.map((row) => row.tenantId);
  });

describe.each(['api', 'analyst'] as const)('the %s role', (role) => {
  it.each(READABLE)(
    'sees of %s the rows of its tenant and of nobody else, also when it does not ask for them',
    async (table) => {
      expect(await tenantsSeen(connections[role], table, tenantOf(1))).toEqual([tenantOf(1)]);
      expect(await tenantsSeen(connections[role], table, tenantOf(2))).toEqual([tenantOf(2)]);
      expect(await tenantsSeen(connections[role], table, tenantOf(9))).toEqual([]);
    },
  );

  it.each([...READABLE, ...EMPTY])('is told off when it reads %s without a tenant', async (table) => {
    const read = sql`select 1 from ${sql.id('read_model', table)}`.execute(connections[role].db);
    await expect(read).rejects.toThrow('homing.tenant is not set');
  });

  it('is told off even where the table is empty', async () => {
    await migrateReadModel(database.ownerUrl, { roles: database.roles, schema: 'nothing_yet' });
    const read = sql`select 1 from nothing_yet.outreach`.execute(connections[role].db);
    await expect(read).rejects.toThrow('homing.tenant is not set');
  });

  it('forgets its tenant with the transaction', async () => {
    const one = database.connect(role, { max: 1 });
    await withTenant(one.db, tenantOf(1), (trx) => sql`select 1 from read_model.outreach`.execute(trx));
    await expect(sql`select 1 from read_model.outreach`.execute(one.db)).rejects.toThrow('homing.tenant is not set');
  });

  it.each(['folded_state', 'kysely_migration'])('may not read %s', async (table) => {
    const read = withTenant(connections[role].db, tenantOf(1), (trx) =>
      sql`select 1 from ${sql.id('read_model', table)}`.execute(trx),
    );
    await expect(read).rejects.toThrow('permission denied');
  });

  it.each([
    'delete from read_model.outreach',
    "update read_model.outreach set state = 'x'",
    "insert into read_model.checkpoint (name) values ('x')",
    'truncate read_model.outreach_events',
    'create table read_model.mine (a int)',
  ])('may not %s', async (statement) => {
    const run = withTenant(connections[role].db, tenantOf(1), (trx) => sql.raw(statement).execute(trx));
    await expect(run).rejects.toThrow('permission denied');
  });

  it('finds only its own outreach through the queries', async () => {
    const queries = createTenantQueries(connections[role]);
    const { outreachId } = emailStory({ n: 2, tenant: 2 });
    expect(await queries.findOutreach(tenantOf(1), outreachId)).toBeUndefined();
    expect(await queries.timeline(tenantOf(1), outreachId)).toEqual([]);
    expect(await queries.findOutreach(tenantOf(2), outreachId)).toMatchObject({ outreach: { outreachId } });
  });
});

describe('the system role', () => {
  it('sees every tenant without naming one, and removes nothing but timetable entries', async () => {
    const { db } = connections.system;
    const { rows } = await sql`select distinct tenant_id from read_model.outreach`.execute(db);
    expect(rows).toHaveLength(3);
    await expect(sql`delete from read_model.outreach_events`.execute(db)).rejects.toThrow('permission denied');
    await expect(sql`update read_model.outreach_events set reason = 'x'`.execute(db)).rejects.toThrow(
      'permission denied',
    );
  });
});

describe('migrateReadModel', () => {
  it('binds the owner as well', async () => {
    const owner = new pg.Client({ connectionString: database.ownerUrl });
    await owner.connect();
    try {
      expect((await owner.query('select 1 from read_model.outreach')).rowCount).toBe(0);
    } finally {
      await owner.end();
    }
  });

  it('can be run again, and by several at once', async () => {
    const options = { roles: database.roles };
    const schema = 'side_by_side';
    const runs = Array.from({ length: 4 }, () => migrateReadModel(database.ownerUrl, { ...options, schema }));
    await Promise.all([...runs, migrateReadModel(database.ownerUrl, options)]);
    const { rows } = await sql`select 1 from side_by_side.outreach`.execute(connections.system.db);
    expect(rows).toEqual([]);
  });

  it('refuses a schema name that is no plain word', async () => {
    await expect(migrateReadModel(database.ownerUrl, { schema: 'a"; drop schema read_model' })).rejects.toThrow(
      TypeError,
    );
  });
});
