import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { storedEvent } from '../log/events.fixture.js';
import { type TestDatabase, testDatabase } from './database.fixture.js';
import { FencedError, UnknownCommitError } from './log-storage.port.js';
import { logStorageContract } from './log-storage.contract.fixture.js';
import { PostgresStorage } from './postgres.storage.js';

logStorageContract('Postgres', async () => {
  const database = await testDatabase();
  return { make: () => new PostgresStorage(database.url, 2), dispose: () => database.drop() };
});

const writers = `select pid from pg_stat_activity where application_name = 'event-store-dev write' and datname = current_database()`;

describe('Postgres when a connection is lost', () => {
  let database: TestDatabase;
  beforeAll(async () => (database = await testDatabase()));
  afterAll(() => database.drop());

  it('says that the outcome is unknown, and recovery says what was stored', async () => {
    const storage = new PostgresStorage(database.url, 2);
    await storage.open(() => {});
    await storage.write([storedEvent({ position: 10n, revision: 0n })]);
    // The write waits for the epoch row; its session is ended while it waits.
    await database.query('begin; select 1 from event_log_writer for update');
    const write = storage.write([storedEvent({ position: 20n, revision: 1n })]);
    const refused = expect(write).rejects.toThrow(UnknownCommitError);
    await waitingForLock(database);
    const ended = await database.query(`select pg_terminate_backend(pid) as ended from (${writers}) w`);
    expect(ended.rows).toEqual([{ ended: true }]);
    await refused;
    await database.query('rollback');
    expect(await storage.recover()).toBe(10n);
    await storage.write([storedEvent({ position: 20n, revision: 1n })]);
    expect(await storage.recover()).toBe(20n);
    await storage.close();
  });

  it('waits in recovery for the lost transaction, so that it cannot be stored later', async () => {
    const storage = new PostgresStorage(database.url, 2);
    const head = await storage.open(() => {});
    // A transaction of this epoch that nobody hears of any more, as a cut network cable leaves behind.
    const { rows } = await database.query('select epoch from event_log_writer');
    await database.query('begin; select 1 from event_log_writer for share');
    const recovery = storage.recover();
    await waitingForLock(database);
    await database.query(
      `insert into event_log values ($1, 'late', 0, gen_random_uuid(), 't', 'application/json', 1, '', '')`,
      [String(head + 5n)],
    );
    await database.query('commit');
    expect(await recovery).toBe(head + 5n);
    const after = await database.query('select epoch from event_log_writer');
    expect(BigInt(after.rows[0].epoch)).toBe(BigInt(rows[0].epoch) + 1n);
    await storage.close();
  });

  it('does not come back when another instance took over meanwhile', async () => {
    const storage = new PostgresStorage(database.url, 2);
    await storage.open(() => {});
    await database.query('update event_log_writer set epoch = epoch + 1, owner = gen_random_uuid()');
    await expect(storage.write([storedEvent({ position: 1_000n, revision: 9n })])).rejects.toThrow(FencedError);
    await expect(storage.recover()).rejects.toThrow(FencedError);
    const { rows } = await database.query('select count(*)::int as stored from event_log where position = 1000');
    expect(rows).toEqual([{ stored: 0 }]);
    await storage.close();
  });
});

describe('Postgres when an idle connection is lost', () => {
  it('connects again by itself, and still hears of a take-over', async () => {
    const database = await testDatabase();
    const storage = new PostgresStorage(database.url, 2);
    let told = () => {};
    const toldOf = new Promise<void>((resolve) => (told = resolve));
    await storage.open(told);
    const before = await database.query(writers);
    await database.query(`select pg_terminate_backend(pid) from (${writers}) w`);
    const epoch = async () => Number((await database.query('select epoch from event_log_writer')).rows[0].epoch);
    while ((await epoch()) < 2);
    const after = await database.query(writers);
    expect(after.rows).not.toEqual(before.rows);
    const second = new PostgresStorage(database.url, 2);
    await second.open(() => {});
    await toldOf;
    await Promise.all([storage.close(), second.close()]);
    await database.drop();
  });
});

/** Resolves when a session of this database waits for a lock. */
async function waitingForLock(database: TestDatabase): Promise<void> {
  const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  for (;;) {
    // Inside a transaction the statistics stand still unless they are asked for afresh.
    await database.query('select pg_stat_clear_snapshot()');
    if ((await database.query(waiting)).rowCount) return;
  }
}
