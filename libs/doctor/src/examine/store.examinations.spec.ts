import { describe, expect, it } from '@jest/globals';
import { EventStoreUnavailableError } from '@homing/event-store';
import { InMemoryEventStore } from '@homing/event-store/memory';
import { put, storeOf } from '../../../restore-watch/src/restored-store.fixture.js';
import { examineEventStore } from './event-store.examination.js';
import { found, noteOf } from './looking.fixture.js';
import type { AskPostgres } from './postgres.asking.js';
import { examinePostgres, type PostgresSubject } from './postgres.examination.js';

const withCode = (code: string) => Object.assign(new Error('never shown: secret'), { code });

describe('the event store', () => {
  const away = (cause: Error) => ({
    ...new InMemoryEventStore(),
    headPosition: () => Promise.reject(new EventStoreUnavailableError('x', { cause })),
    hasEventsAfter: () => Promise.resolve(false),
    readStream: () => Promise.resolve({ kind: 'missing' as const }),
  });

  it('is well when it holds its mark', async () => {
    const store = await storeOf(['a', 'b']);
    const mark = await put(store, 'c');
    expect(await found(examineEventStore(store, [() => Promise.resolve(mark)]))).toEqual([]);
    expect(await noteOf(examineEventStore(store, []))).toBe(`ends at position ${mark.position}`);
  });

  it('EVENT_STORE_UNREACHABLE', async () => {
    const [only] = await found(examineEventStore(away(withCode('ECONNREFUSED')), []));
    expect(only).toMatch(/^EVENT_STORE_UNREACHABLE fail/);
    expect(only).not.toContain('secret');
  });

  it.each(['AccessDeniedError', 'UNAUTHENTICATED: nobody'])('EVENT_STORE_REFUSED: %s', async (words) => {
    const [only] = await found(examineEventStore(away(new Error(words)), []));
    expect(only).toMatch(/^EVENT_STORE_REFUSED fail/);
  });

  it('EVENT_STORE_RESTORED, by the later of two marks, also while one of the places is away', async () => {
    const store = await storeOf(['a', 'b']);
    const mark = await put(await storeOf(['a', 'b', 'a']), 'c');
    const since = '2026-05-01T10:00:00.000Z';
    const sources = [
      () => Promise.reject(new Error('away')),
      () => Promise.resolve({ ...mark, missingSince: since }),
      () => Promise.resolve(undefined),
    ];
    expect(await found(examineEventStore(store, sources))).toEqual([
      `EVENT_STORE_RESTORED fail: ends at ${await store.headPosition()}, seen up to ${mark.position}, missing since ${since}`,
    ]);
  });
});

describe('a database', () => {
  const well = { version: '180004', fsync: 'on', pages: 'on', commit: 'on', now: '1000000', shown: '18.4' };
  const database = (row: Partial<typeof well> = {}, more: Partial<PostgresSubject> = {}): PostgresSubject => ({
    ...{ subject: 'vault', ask: () => Promise.resolve([{ ...well, ...row }]), now: () => 1_000_000 },
    ...more,
  });
  const failing =
    (code: string): AskPostgres =>
    () =>
      Promise.reject(withCode(code));

  it('is well', async () => {
    expect(await found(examinePostgres(database()))).toEqual([]);
    expect(await noteOf(examinePostgres(database()))).toBe('PostgreSQL 18.4');
  });

  it.each([
    ['DATABASE_UNREACHABLE fail: ECONNREFUSED', database({}, { ask: failing('ECONNREFUSED') })],
    ['DATABASE_REFUSED fail: 28P01', database({}, { ask: failing('28P01') })],
    ['DATABASE_REFUSED fail: 3D000', database({}, { ask: failing('3D000') })],
    ['DATABASE_REFUSED fail: 42501', database({}, { ask: failing('42501') })],
    ['POSTGRES_OLD fail: version 14.9', database({ version: '140009', shown: '14.9' })],
    [
      'POSTGRES_NOT_DURABLE warn: fsync = off, full_page_writes = off, synchronous_commit = off',
      database({ fsync: 'off', pages: 'off', commit: 'off' }),
    ],
    ["CLOCK_SKEW warn: its clock is 2.0 s ahead of this machine's", database({ now: '1002000' })],
    ["CLOCK_SKEW fail: its clock is 6.0 s behind this machine's", database({ now: '994000' })],
  ])('%s', async (line, subject) => {
    expect(await found(examinePostgres(subject))).toEqual([line]);
  });

  it('that answers late has no other clock for that', async () => {
    const times = [1_000_000, 1_004_000];
    const subject = database({ now: '1003900' }, { now: () => times.shift() ?? 0 });
    expect(await found(examinePostgres(subject))).toEqual([]);
  });

  it.each([
    ['holds all migrations of this release', ['0001', '0002'], []],
    ['lacks one', ['0001'], ['DATABASE_SCHEMA_OLD fail: without 0002']],
    ['has one more', ['0001', '0002', '0003'], ['DATABASE_SCHEMA_NEWER fail: with 0003']],
  ])('that %s', async (_what, held, lines) => {
    const ask: AskPostgres = (statement) =>
      Promise.resolve(statement.includes('migration') ? held.map((name) => ({ name })) : [well]);
    const migrations = { table: 'read_model.kysely_migration', wanted: ['0001', '0002'] };
    expect(await found(examinePostgres(database({}, { ask, migrations })))).toEqual(lines);
  });

  it('without any tables', async () => {
    const ask: AskPostgres = (statement) =>
      statement.includes('migration') ? Promise.reject(withCode('42P01')) : Promise.resolve([well]);
    const migrations = { table: 'read_model.kysely_migration', wanted: ['0001'] };
    const lines = ['DATABASE_SCHEMA_OLD fail: its tables are not there'];
    expect(await found(examinePostgres(database({}, { ask, migrations })))).toEqual(lines);
  });
});
