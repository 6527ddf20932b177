import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { InMemoryEventStore } from '@homing/event-store/memory';
import {
  createSystemQueries,
  databaseClock,
  migrateReadModel,
  recordProgress,
  takeLease,
  type ProgressView,
  type ReadModelConnection,
  type SystemQueries,
} from '@homing/read-model';
import { makeReadDatabase, type ReadDatabase } from '../../../../libs/read-model/src/fixtures/read-database.fixture.js';
import { append, FakeBus, silent, StatusBoard, until } from '../projector.fixture.js';
import { createLogger } from '@homing/service-kit';
import { runElections } from './election.loop.js';
import { projectionCheck } from './projection.status.js';
import { lead, type LeaderParts } from './projector.leader.js';

let database: ReadDatabase;
let schemas = 0;
beforeAll(async () => void (database = await makeReadDatabase()));
afterAll(() => database.drop());

let store: InMemoryEventStore;
let readModel: ReadModelConnection;
let queries: SystemQueries;
let bus: FakeBus;
let board: StatusBoard;
const terms: { stop: AbortController; ended: Promise<void> }[] = [];

beforeEach(async () => {
  store = new InMemoryEventStore();
  bus = new FakeBus();
  board = new StatusBoard();
  const schema = `projector_${(schemas += 1)}`;
  await migrateReadModel(database.ownerUrl, { roles: database.roles, schema });
  readModel = database.connect('system', { schema });
  queries = createSystemQueries(readModel);
});
afterEach(async () => {
  for (const { stop } of terms) stop.abort();
  await Promise.all(terms.splice(0).map(({ ended }) => ended));
  await store.dispose();
});

const parts = (more: Partial<LeaderParts> = {}): LeaderParts => ({
  ...{ store, readModel, queries, logger: silent, instance: 'projector-1', onStatus: board.onStatus },
  ...{ publisher: bus.publisher, bus: { notify: bus.notify } },
  ...more,
});

function begin(run: (signal: AbortSignal) => Promise<void>) {
  const stop = new AbortController();
  const term = { stop, ended: run(stop.signal) };
  terms.push(term);
  return term;
}

const head = async (): Promise<bigint> => store.headPosition();
/** The store that stands there at the moment. */
const whole = (): LeaderParts['store'] => ({
  subscribeToAll: (options) => store.subscribeToAll(options),
  headPosition: head,
  hasEventsAfter: (position) => store.hasEventsAfter(position),
});
const allProjected = () =>
  until(async () => (await queries.currentPosition()) === (await head()), 'everything projected');
const positions = async () =>
  (await queries.eventsAfter({ afterPosition: 0n, limit: 10_000 })).map((row) => row.position.toString());
const allPublished = () => until(async () => bus.stored.length === (await positions()).length, 'everything published');

async function life(n: number): Promise<void> {
  await append(store, n, (s) => s.intake);
  await append(store, n, (s) => [s.started()]);
  await append(store, n, (s) => [s.accepted()]);
  await append(store, n, (s) => [s.fact('delivered', 110), s.settled('delivered')]);
}

describe('a leader', () => {
  it('projects what is there and what comes, publishes each transition once and pokes the live feed', async () => {
    await life(1);
    begin((signal) => lead(parts(), signal));
    await allProjected();
    await life(2);
    await allProjected();
    await allPublished();
    const rows = await queries.eventsAfter({ afterPosition: 0n, limit: 100 });
    expect(rows).toHaveLength(14);
    expect(bus.stored.map((message) => message.key).toSorted()).toEqual((await positions()).toSorted());
    expect(bus.pokes.at(-1)).toEqual({ position: (await head()).toString() });
    await until(() => board.status.caughtUp, 'the leader says it is live');
    expect(board.status).toMatchObject({ role: 'leading', position: await head() });
  });

  it('goes on projecting while the bus is away, and leaves nothing out when it is back', async () => {
    bus.refuse = () => {
      throw new Error('bus is away');
    };
    begin((signal) => lead(parts(), signal));
    await life(1);
    await allProjected();
    await until(() => board.status.publicationTrouble !== undefined, 'the trouble is told');
    expect(bus.stored).toEqual([]);
    bus.refuse = () => undefined;
    await allPublished();
    expect(bus.stored.map((message) => message.subject.slice('event.outreach.'.length))).toEqual([
      'requested',
      'decided',
      'scheduled',
      'attempt_started',
      'queued',
      'delivered',
      'settled',
    ]);
    await until(() => board.status.publicationTrouble === undefined, 'the trouble is over');
  });

  it('keeps the order of an outreach when one publication in its middle fails', async () => {
    await life(1);
    await life(2);
    const failed = new Set<string>();
    bus.refuse = (key) => {
      const { subject } = bus.tried.at(-1)!;
      if (failed.has(key) || !subject.endsWith('.scheduled')) return;
      failed.add(key);
      throw new Error('no ack');
    };
    begin((signal) => lead(parts(), signal));
    await allProjected();
    await allPublished();
    expect(failed.size).toBe(2);
    const rows = await queries.eventsAfter({ afterPosition: 0n, limit: 100 });
    for (const { outreachId } of rows) {
      const mine = rows.filter((row) => row.outreachId === outreachId).map((row) => row.position.toString());
      expect(bus.stored.map((message) => message.key).filter((key) => mine.includes(key))).toEqual(mine);
    }
  });

  it('after a crash between commit and publication the next one publishes what is missing', async () => {
    bus.refuse = () => {
      throw new Error('the process dies before this is sent');
    };
    const first = begin((signal) => lead(parts(), signal));
    await life(1);
    await allProjected();
    first.stop.abort();
    await first.ended;
    expect(bus.stored).toEqual([]);
    expect(await queries.currentPosition()).toBe(await head());
    bus.refuse = () => undefined;
    begin((signal) => lead(parts(), signal));
    await allPublished();
    expect(bus.stored).toHaveLength(7);
  });

  it('after a crash between publication and its checkpoint repeats itself under the same message ids', async () => {
    await life(1);
    const sent: string[] = [];
    const publishMany: LeaderParts['publisher']['publishMany'] = async (messages, window) => {
      sent.push(...messages.map((message) => message.key));
      return bus.publisher.publishMany(messages, window);
    };
    const first = begin((signal) => lead(parts({ publisher: { publishMany } }), signal));
    await allPublished();
    first.stop.abort();
    await first.ended;
    await readModel.db
      .updateTable('checkpoint')
      .set({ position: 0n })
      .where('name', '=', 'integration-events')
      .execute();
    sent.length = 0;
    begin((signal) => lead(parts({ publisher: { publishMany } }), signal));
    await until(() => sent.length === 7, 'everything is sent again');
    expect(sent).toEqual(await positions());
    expect(bus.stored).toHaveLength(7);
  });

  it.each([
    ['the projection', () => ({ publisher: new FakeBus('away').publisher })],
    ['the publication', () => ({ store: { ...whole(), subscribeToAll: muted } })],
  ])('stands down when another has taken over, told by %s alone', async (_which, hampered) => {
    const first = begin((signal) => lead(parts({ ...hampered(), onStatus: board.onStatus }), signal));
    await until(() => board.status.role === 'leading', 'the first leads');
    const other = new StatusBoard();
    begin((signal) => lead(parts({ onStatus: other.onStatus }), signal));
    await until(() => other.status.role === 'leading', 'the other leads');
    await life(1);
    await first.ended;
    await life(2);
    await allProjected();
    await allPublished();
    expect(await positions()).toHaveLength(14);
    expect(other.status.position).toBe(await head());
  });

  /** A subscription whose batches never arrive. */
  const muted: LeaderParts['store']['subscribeToAll'] = (options) =>
    store.subscribeToAll({ ...options, onBatch: async () => undefined });

  it('passes over streams and types it does not know and still moves on', async () => {
    begin((signal) => lead(parts(), signal));
    await life(1);
    await append(store, 1, () => [{ type: 'FromTheFuture', data: { some: 'thing' } }]);
    const metadata = {
      tenantId: 't',
      correlationId: 'c',
      causationId: 'c',
      recordedAt: new Date().toISOString(),
      recordedBy: 'test',
    };
    await store.append({
      stream: 'weather-1',
      expectedRevision: 'no_stream',
      commandId: 'w',
      events: [{ type: 'Rained', data: {} }],
      metadata: { ...metadata, schemaVersion: 1 },
    });
    await append(store, 1, (s) => [s.fact('opened', 120)]);
    await allProjected();
    expect(await positions()).toHaveLength(8);
  });

  it('stands still at a hole in a stream, says so, and goes on when it is mended', async () => {
    let lose = true;
    const leaky: LeaderParts['store'] = {
      ...whole(),
      subscribeToAll: (options) =>
        store.subscribeToAll({
          ...options,
          onBatch: (batch) => {
            const events = lose ? batch.events.filter((event) => event.type !== 'AttemptStarted') : batch.events;
            return options.onBatch({ ...batch, events });
          },
        }),
    };
    await life(1);
    begin((signal) => lead(parts({ store: leaky }), signal));
    await until(() => board.status.projectionTrouble === 'REVISION_GAP', 'the hole is told');
    expect(await queries.currentPosition()).toBe(0n);
    lose = false;
    await allProjected();
    expect(board.status.projectionTrouble).toBeUndefined();
    expect(await positions()).toHaveLength(7);
  });
});

describe('a store that ends before the read model', () => {
  /** What a restored store is: the events of some of the lives, from the beginning. */
  async function restored(): Promise<InMemoryEventStore> {
    const store = new InMemoryEventStore();
    await append(store, 3, (s) => s.intake);
    return store;
  }

  it('is not projected from: the leader says why, once, and goes on when the store is whole again', async () => {
    await life(1);
    const first = begin((signal) => lead(parts(), signal));
    await allProjected();
    first.stop.abort();
    await first.ended;
    const former = store;
    const seen = await positions();
    store = await restored();
    let subscriptions = 0;
    const lines: string[] = [];
    const logger = createLogger({
      service: 'p',
      instance: 't',
      destination: { write: (line) => void lines.push(line) },
    });
    let asked = 0;
    const answering: LeaderParts['store'] = {
      ...whole(),
      headPosition: () => ((asked += 1), head()),
      subscribeToAll: (options) => ((subscriptions += 1), store.subscribeToAll(options)),
    };
    begin((signal) => lead(parts({ store: answering, logger }), signal));
    await until(() => asked > 3, 'it asks again and again');
    const behind = 'event store is behind the read model (restored?)';
    expect(board.status.projectionTrouble).toBe('EVENT_STORE_BEHIND');
    expect(projectionCheck(board.status, Date.now())).toMatchObject({
      status: 'down',
      reason: expect.stringContaining(behind),
    });
    expect(lines.filter((line) => line.includes('nothing is projected'))).toHaveLength(1);
    expect(subscriptions).toBe(0);
    expect(await positions()).toEqual(seen);
    await store.dispose();
    store = former;
    await life(2);
    await allProjected();
    expect(board.status.projectionTrouble).toBeUndefined();
    expect(subscriptions).toBe(1);
  });

  it('ends the term when it answers behind a dropped connection', async () => {
    await life(1);
    const dropping: LeaderParts['store'] = {
      ...whole(),
      subscribeToAll: (options) => {
        const subscription = store.subscribeToAll(options);
        reconnect = async () => {
          options.onTrouble?.({ kind: 'dropped', error: new Error('cut'), retryInMs: 0 });
          await options.onBatch({ events: [], position: await queries.currentPosition(), caughtUp: true });
        };
        return subscription;
      },
    };
    let reconnect: () => Promise<void> = async () => undefined;
    const term = begin((signal) => lead(parts({ store: dropping }), signal));
    await allProjected();
    await reconnect();
    expect(board.status.projectionTrouble).toBeUndefined();
    const former = store;
    store = await restored();
    await expect(reconnect()).rejects.toMatchObject({ code: 'EVENT_STORE_BEHIND' });
    await term.ended;
    await former.dispose();
  });
});

describe('progress', () => {
  const progress = { everyMs: 10, stalledAfterMs: 50 };
  const told = async (name = 'read-model') => (await queries.progress()).find((row) => row.name === name);
  const tells = (what: string, fits: (row: ProgressView) => boolean) =>
    until(async () => {
      const row = await told();
      return row !== undefined && fits(row);
    }, what);

  it('is told by the database clock: where it stands, since when it is complete, who leads', async () => {
    await life(1);
    begin((signal) => lead(parts({ progress }), signal));
    await allPublished();
    const end = await head();
    await tells('everything is in', (row) => row.position === end && row.caughtUpAt !== null);
    const row = await told();
    expect(row).toMatchObject({ head: end, positionsBehind: 0n, trouble: null, leader: 'projector-1', epoch: 1n });
    await life(2);
    const { rows } = await sql<{ at: string }>`select clock_timestamp() as at`.execute(readModel.db);
    await tells('what came is in as well', (next) => (next.caughtUpAt ?? '') > rows[0]!.at);
    expect(await told()).toMatchObject({ position: await head() });
    await until(async () => (await told('integration-events'))?.position === (await head()), 'publication told');
  });

  it('that stands still while the store moves on is a stall, told by row, readiness and age; in the end the place is free', async () => {
    await life(1);
    let hang = Promise.withResolvers<void>();
    hang.resolve();
    const hanging: LeaderParts['store'] = {
      ...whole(),
      subscribeToAll: (options) =>
        store.subscribeToAll({ ...options, onBatch: (batch) => hang.promise.then(() => options.onBatch(batch)) }),
    };
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(line) };
    const logger = createLogger({ service: 'p', instance: 't', destination });
    const term = begin((signal) =>
      lead(parts({ store: hanging, logger, progress: { ...progress, giveUpAfterMs: 400 } }), signal),
    );
    await allProjected();
    await tells('everything is in', (row) => row.caughtUpAt !== null && row.trouble === null);
    const stood = await told();
    hang = Promise.withResolvers<void>();
    await life(2);
    await tells('the stall', (row) => row.trouble === 'STALLED');
    const row = await told();
    expect(row?.position).toBe(stood?.position);
    expect(row!.positionsBehind).toBeGreaterThan(0n);
    await until(() => board.status.projection?.stalled === true, 'readiness hears of it');
    expect(projectionCheck(board.status, Date.now())).toMatchObject({
      status: 'down',
      reason: expect.stringMatching(/^stalled at/),
    });
    await until(() => lines.some((line) => line.includes('somebody else may try')), 'the leader gives up');
    hang.resolve();
    await term.ended;
  });

  it('of a leader that was replaced is left out', async () => {
    await life(1);
    const former = await takeLease(readModel.db, 'read-model');
    const now = await takeLease(readModel.db, 'read-model');
    const at = await databaseClock(readModel.db);
    const say = { at, position: 1n, head: 1n, caughtUp: true, trouble: null };
    expect(await recordProgress(readModel, now, { ...say, leader: 'now' })).toMatchObject({ leader: 'now' });
    expect(await recordProgress(readModel, former, { ...say, leader: 'former' })).toBeUndefined();
    expect(await told()).toMatchObject({ leader: 'now', epoch: now.epoch });
  });

  it('of a store that ends before the rows is trouble and never complete', async () => {
    await life(1);
    const first = begin((signal) => lead(parts(), signal));
    await allProjected();
    first.stop.abort();
    await first.ended;
    const former = store;
    store = new InMemoryEventStore();
    begin((signal) => lead(parts({ store: whole(), progress }), signal));
    await tells('the trouble', (row) => row.trouble === 'EVENT_STORE_BEHIND');
    const complete = (await told())?.caughtUpAt;
    const beats = (await told())?.beatAt ?? '';
    await tells('another beat', (row) => row.beatAt > beats);
    expect((await told())?.caughtUpAt).toBe(complete);
    await store.dispose();
    store = former;
  });
});

describe('elections', () => {
  it('let one instance lead; when it goes the other takes over where it stood', async () => {
    const boards = [new StatusBoard(), new StatusBoard()];
    const connectionString = database.urlOf('system');
    const runs = boards.map(({ onStatus }) =>
      begin((signal) => runElections({ ...parts({ onStatus }), connectionString }, signal)),
    );
    const roles = () => boards.map(({ status }) => status.role).toSorted();
    await until(() => roles().join() === 'leading,standby', 'one leads, one waits');
    await life(1);
    await allProjected();
    await allPublished();
    const leader = boards.findIndex(({ status }) => status.role === 'leading');
    runs[leader]?.stop.abort();
    await runs[leader]?.ended;
    await life(2);
    await allProjected();
    await allPublished();
    expect(boards[1 - leader]?.status).toMatchObject({ role: 'leading', position: await head() });
    expect(await positions()).toHaveLength(14);
  });
});
