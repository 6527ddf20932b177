import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { makeReadDatabase, type ReadDatabase } from '../fixtures/read-database.fixture.js';
import { BOOKKEEPING, CACHES, CARRIED, PROJECTED } from './schema.catalogue.js';

let database: ReadDatabase;
beforeAll(async () => void (database = await makeReadDatabase()));
afterAll(() => database.drop());

describe('every table of the read model', () => {
  it('is made from events and compared, or carried over by a swap, or a cache: one of them', async () => {
    const { rows } = await sql<{ name: string }>`select table_name as name from information_schema.tables
      where table_schema = 'read_model' and table_type = 'BASE TABLE'`.execute(database.connect('system').db);
    const declared = [...PROJECTED.map(({ table }) => table), ...CARRIED, ...CACHES, ...BOOKKEEPING];
    const there = [...rows.map((row) => row.name), ...BOOKKEEPING];
    expect(declared.toSorted()).toEqual([...new Set(there)].toSorted());
  });

  it('is compared in every column that follows from the events', async () => {
    const { rows } = await sql<{ name: string; column: string }>`select table_name as name, column_name as "column"
      from information_schema.columns where table_schema = 'read_model'`.execute(database.connect('system').db);
    for (const { table, columns } of PROJECTED) {
      const there = rows.filter((row) => row.name === table).map((row) => row.column);
      const marks = table === 'timetable' ? ['wake_at', 'wakes', 'last_wake_at'] : [];
      expect({ table, columns: [...columns, ...marks].toSorted() }).toEqual({ table, columns: there.toSorted() });
    }
  });
});
