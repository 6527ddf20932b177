import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { ReadModelConnection } from '../connection/read-model.connection.js';
import { emailStory, Store } from '../fixtures/outreach-story.fixture.js';
import { project, projectOne } from '../fixtures/project.fixture.js';
import { makeReadDatabase, type ReadDatabase } from '../fixtures/read-database.fixture.js';
import { migrateReadModel } from '../migrations/migrate.runner.js';
import { projectBatch } from '../projection/batch.projection.js';
import { createSystemQueries } from '../queries/system.queries.js';
import { commitBatch, loadFolded } from './batch.commit.js';
import { ProjectionFencedError, takeLease } from './projection.lease.js';

const TABLES = ['outreach', 'delivery_status', 'outreach_attempts', 'outreach_events', 'folded_state', 'timetable'];
const lives = (s: ReturnType<typeof emailStory>) => [
  ...s.intake,
  s.started(),
  s.accepted(),
  s.fact('delivered', 110),
  s.fact('clicked', 115),
  s.settled('delivered'),
];

let database: ReadDatabase;
beforeAll(async () => void (database = await makeReadDatabase()));
afterAll(() => database.drop());

/** Schemas beside each other in one database: every test starts empty. */
let schemas = 0;
async function empty(onStatement?: (sql: string) => void): Promise<ReadModelConnection> {
  const schema = `test_${(schemas += 1)}`;
  await migrateReadModel(database.ownerUrl, { roles: database.roles, schema });
  return database.connect('system', { schema, ...(onStatement ? { onStatement } : {}) });
}

async function contents({ db, schema }: ReadModelConnection): Promise<Record<string, unknown[]>> {
  const tables = TABLES.map(async (table) => {
    const { rows } = await sql<{ row: unknown }>`
      select to_jsonb(t) as row from ${sql.id(schema, table)} as t order by to_jsonb(t)::text`.execute(db);
    return [table, rows.map(({ row }) => row)] as const;
  });
  return Object.fromEntries(await Promise.all(tables));
}

function manyOutreach(count: number): Store {
  const store = new Store();
  const stories = Array.from({ length: count }, (_, n) => emailStory({ n, tenant: n % 3, campaignKey: `c-${n % 2}` }));
  const longest = Math.max(...stories.map((s) => lives(s).length));
  for (let step = 0; step < longest; step += 1) {
    for (const s of stories) {
      const event = lives(s)[step];
      if (event) store.append(s.stream, s.tenantId, event);
    }
  }
  return store;
}

describe('commitBatch', () => {
  it('writes what the projection says, and the same whatever the size of the batches', async () => {
    const store = manyOutreach(7);
    const [whole, cut] = [await empty(), await empty()];
    await project(whole, store.events);
    await project(cut, store.events, 3);
    const rows = await contents(whole);
    expect(rows).toEqual(await contents(cut));
    expect(rows['outreach_events']).toHaveLength(store.events.length);
    expect(rows['outreach']).toHaveLength(7);
    expect(rows['outreach']?.[0]).toMatchObject({
      state: 'clicked',
      cost_micros: 1000,
      outcome: 'delivered',
      revision: 7,
    });
  });

  it('refuses a batch that is in already and one that does not follow, and writes nothing then', async () => {
    const connection = await empty();
    const store = manyOutreach(2);
    const lease = await takeLease(connection.db, 'read-model');
    await projectOne(connection, { lease, batch: store.events, to: store.head });
    const before = await contents(connection);
    const again = { lease, from: lease.position, to: store.head, changes: projectBatch(store.events, new Map()) };
    await expect(commitBatch(connection, again)).rejects.toThrow(ProjectionFencedError);
    await expect(commitBatch(connection, { ...again, from: store.head + 5n, to: store.head + 9n })).rejects.toThrow(
      ProjectionFencedError,
    );
    expect(await contents(connection)).toEqual(before);
    expect(await createSystemQueries(connection).currentPosition()).toBe(store.head);
  });

  it('lets only the latest lease write, also when both commit at once', async () => {
    const connection = await empty();
    const store = manyOutreach(2);
    const old = await takeLease(connection.db, 'read-model');
    const young = await takeLease(connection.db, 'read-model');
    const write = (lease: typeof old) => projectOne(connection, { lease, batch: store.events, to: store.head });
    const results = await Promise.allSettled([write(old), write(young)]);
    expect(results.map((result) => result.status)).toEqual(['rejected', 'fulfilled']);
    expect(results[0]).toMatchObject({ reason: expect.any(ProjectionFencedError) });
    expect((await contents(connection))['outreach_events']).toHaveLength(store.events.length);
  });

  it('leaves neither rows nor checkpoint of a transaction that fails at its end', async () => {
    const connection = await empty();
    const store = manyOutreach(1);
    const lease = await takeLease(connection.db, 'read-model');
    const changes = projectBatch(store.events, new Map());
    const beforeCommit = () => {
      throw new Error('power cut');
    };
    await expect(commitBatch(connection, { lease, from: 0n, to: store.head, changes, beforeCommit })).rejects.toThrow(
      'power cut',
    );
    expect(await createSystemQueries(connection).currentPosition()).toBe(0n);
    expect((await contents(connection))['outreach']).toEqual([]);
  });

  it('sends the same number of statements for one outreach and for two hundred', async () => {
    const counts: number[] = [];
    for (const many of [1, 200]) {
      const statements: string[] = [];
      const connection = await empty((statement) => statements.push(statement));
      const store = manyOutreach(many);
      const lease = await takeLease(connection.db, 'read-model');
      statements.length = 0;
      await projectOne(connection, { lease, batch: store.events, to: store.head });
      counts.push(statements.length);
      expect((await contents(connection))['outreach']).toHaveLength(many);
    }
    expect(counts[0]).toBe(counts[1]);
    expect(counts[0]).toBeLessThanOrEqual(12);
  });

  it('takes an event that holds what Postgres text cannot', async () => {
    const connection = await empty();
    const s = emailStory({ n: 1 });
    const store = new Store();
    const odd = { code: 'a\u0000b\ud800', providerEventId: '\udfff' };
    store.append(s.stream, s.tenantId, ...s.intake, s.started(), s.fact('bounced', 110, odd));
    await project(connection, store.events);
    const known = await loadFolded(connection, [s.outreachId]);
    expect(known.get(s.outreachId)).toMatchObject({ revision: 4n, tenantId: s.tenantId });
    expect((await contents(connection))['outreach_events']?.at(-1)).toBeDefined();
  });

  it('keeps the scheduler marks of an attempt while it stands and drops them for the next', async () => {
    const connection = await empty();
    const queries = createSystemQueries(connection);
    const s = emailStory({ n: 1 });
    const store = new Store();
    await project(connection, store.append(s.stream, s.tenantId, ...s.intake));
    const [due] = await queries.dueEntries({ now: '2027-01-01T00:00:00.000Z', limit: 10 });
    const woken = { entries: [due!], now: '2027-01-01T00:00:00.000Z', nextWakeAt: '2027-01-01T00:01:00.000Z' };
    await queries.markWoken(woken);
    await project(connection, store.append(s.stream, s.tenantId, { type: 'FromTheFuture', data: {} }));
    const marks = async () => (await contents(connection))['timetable'];
    expect(await marks()).toMatchObject([{ kind: 'dispatch', attempt: 1, wakes: 1 }]);
    await project(connection, store.append(s.stream, s.tenantId, s.started()));
    expect(await marks()).toMatchObject([{ kind: 'lease', attempt: 1, wakes: 0 }]);
    await project(connection, store.append(s.stream, s.tenantId, s.rejected(), s.retry()));
    expect(await marks()).toMatchObject([{ kind: 'dispatch', attempt: 2, wakes: 0, last_wake_at: null }]);
    await project(connection, store.append(s.stream, s.tenantId, s.failed('no_more_retries'), s.settled('failed')));
    expect(await marks()).toEqual([]);
  });
});
