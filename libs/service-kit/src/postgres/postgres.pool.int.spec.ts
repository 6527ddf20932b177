// Real: a Postgres, a pool of one connection.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { PostgresPool } from 'kysely';
import { openPostgresPool } from './postgres.pool.js';

let pool: PostgresPool;

beforeAll(async () => {
  const url = process.env['HOMING_TEST_POSTGRES_URL'] as string;
  pool = openPostgresPool({ url, maxConnections: 1, queryTimeoutMs: 10_000 });
  await ask('create table prepared_here (id int)', []);
});
afterAll(async () => {
  await ask('drop table prepared_here', []);
  await pool.end();
});

async function ask(sql: string, parameters: unknown[]): Promise<unknown[]> {
  const client = await pool.connect();
  try {
    return (await client.query<unknown>(sql, parameters)).rows;
  } finally {
    client.release();
  }
}
const prepared = async (): Promise<unknown[]> =>
  ask('select statement from pg_prepared_statements where name like $1', ['s\\_%']);

it('prepares a statement that comes again, and one that comes once it does not', async () => {
  await ask('select $1::int as once', [1]);
  for (let n = 0; n < 3; n++) expect(await ask('select $1::int as again', [n])).toEqual([{ again: n }]);
  const statements = JSON.stringify(await prepared());
  expect(statements).toContain('as again');
  expect(statements).not.toContain('as once');
});

it('a table that is changed under a prepared statement costs it one failure', async () => {
  const sql = 'select * from prepared_here where id > $1';
  for (let n = 0; n < 3; n++) await ask(sql, [0]);
  await ask('alter table prepared_here add column more text', []);
  await expect(ask(sql, [0])).rejects.toMatchObject({ code: '0A000' });
  for (let n = 0; n < 3; n++) expect(await ask(sql, [0])).toEqual([]);
});
