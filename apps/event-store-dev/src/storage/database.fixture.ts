import { dropDatabase } from '@homing/testing/postgres-drop';
import { randomBytes } from 'node:crypto';
import pg from 'pg';

export interface TestDatabase {
  readonly url: string;
  /** Runs a statement in this database with the server's own rights. */
  query(sql: string, values?: unknown[]): Promise<pg.QueryResult>;
  drop(): Promise<void>;
}

/** A fresh database on the server the test run was given. */
export async function testDatabase(): Promise<TestDatabase> {
  const server = process.env['HOMING_TEST_POSTGRES_URL'];
  if (!server) throw new Error('HOMING_TEST_POSTGRES_URL is not set: the superuser URL of a running Postgres server');
  const name = `event_store_dev_${randomBytes(6).toString('hex')}`;
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  await admin.query(`create database ${name}`);
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
  const inside = new pg.Client({ connectionString: url });
  await inside.connect();
  return {
    url,
    query: (sql, values) => inside.query(sql, values),
    drop: async () => {
      await inside.end();
      for (const statement of dropDatabase(name)) await admin.query(statement);
      await admin.end();
    },
  };
}
