import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { sql } from 'kysely';
import { InMemoryEventStore } from '@homing/event-store/memory';
import { createSystemQueries, type ReadModelConnection } from '@homing/read-model';
import { makeReadDatabase, type ReadDatabase } from '../../../../libs/read-model/src/fixtures/read-database.fixture.js';
import { lead } from '../lead/projector.leader.js';
import { append, FakeBus, silent, StatusBoard, until } from '../projector.fixture.js';
import { rebuildInto, type RebuildReport } from './read-model.rebuild.js';

const store = new InMemoryEventStore();
const bus = new FakeBus();
const stop = new AbortController();
let database: ReadDatabase;
let live: ReadModelConnection;
let leading: Promise<void>;

beforeAll(async () => {
  database = await makeReadDatabase();
  live = database.connect('system');
  const queries = createSystemQueries(live);
  const { onStatus } = new StatusBoard();
  const parts = {
    store,
    readModel: live,
    queries,
    publisher: bus.publisher,
    bus: { notify: bus.notify },
    logger: silent,
    instance: 'projector-1',
    onStatus,
  };
  leading = lead(parts, stop.signal);
  for (let n = 0; n < 30; n += 1) {
    await append(store, n, (s) => s.intake);
    if (n % 3 === 0) await append(store, n, (s) => [s.started(), s.accepted()]);
    if (n % 6 === 0) await append(store, n, (s) => [s.fact('delivered', 110), s.settled('delivered')]);
    if (n % 5 === 1) await append(store, n, (s) => [s.skipped('suppressed'), s.settled('skipped')]);
  }
  const caughtUp = async () => (await queries.currentPosition()) === (await store.headPosition());
  await until(caughtUp, 'everything projected');
  const [due] = await queries.dueEntries({ now: '2027-01-01T00:00:00.000Z', limit: 1 });
  const mark = { now: '2027-01-01T00:00:00.000Z', nextWakeAt: '2027-01-01T00:01:00.000Z' };
  expect(await queries.markWoken({ entries: [due!], ...mark })).toHaveLength(1);
});
afterAll(async () => {
  stop.abort();
  await leading;
  await store.dispose();
  await database.drop();
});

const rebuild = (schema: string): Promise<RebuildReport> =>
  rebuildInto({
    store,
    ownerUrl: database.ownerUrl,
    systemUrl: database.urlOf('system'),
    schema,
    roles: database.roles,
  });

describe('rebuildInto', () => {
  it('comes out equal to the live rows, row for row', async () => {
    expect(await rebuild('rebuilt_quiet')).toEqual({ position: await store.headPosition(), differences: [] });
    const rows = await sql`select 1 from rebuilt_quiet.outreach`.execute(live.db);
    expect(rows.rows).toHaveLength(30);
  });

  it('comes out equal while the live projector goes on', async () => {
    let busy = true;
    const writing = (async () => {
      for (let n = 100; busy && n < 1_000; n += 1) {
        await append(store, n, (s) => [...s.intake, s.started(), s.accepted()]);
        await turn();
      }
    })();
    const report = await rebuild('rebuilt_busy');
    busy = false;
    await writing;
    expect(report.differences).toEqual([]);
    expect(report.position).toBeGreaterThan(0n);
  });

  it.each([
    ['outreach', "update read_model.outreach set state = 'sent' where revision = 2", { onlyLive: 1, onlyRebuilt: 1 }],
    [
      'timetable',
      "update read_model.timetable set due_at = due_at + interval '1 second' where kind = 'dispatch'",
      { onlyLive: 1, onlyRebuilt: 1 },
    ],
  ])('names a table of which one live row is wrong: %s', async (table, statement, difference) => {
    const oneRow = statement.replace(
      ' where ',
      ` where outreach_id = (select outreach_id from read_model.timetable where kind = 'dispatch' order by outreach_id limit 1) and `,
    );
    await sql.raw(oneRow).execute(live.db);
    const { differences } = await rebuild(`rebuilt_after_${table}`);
    expect(differences).toContainEqual({ table, ...difference });
  });
});
