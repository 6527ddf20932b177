import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { postgresAdminUrl } from '@homing/embedded-stores';
import type { LocalStack } from '@homing/testing/local-stack';
import pg from 'pg';

export type ServerName = 'postgres' | 'postgres-events';

/** The superuser's address of one of the stack's Postgres servers, with a database of it. */
export function adminUrl(stack: LocalStack, server: ServerName, database = 'postgres'): string {
  const folder = server === 'postgres' ? 'postgres' : 'events';
  const port = Number(new URL(stack.services()[server]?.url ?? '').port);
  const url = new URL(postgresAdminUrl(join(stack.home, folder, 'data'), port));
  url.pathname = `/${database}`;
  return url.href;
}

export async function withClient<T>(connectionString: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** Everything secret of the stack: signing keys for what is played here. */
export const secretsOf = (stack: LocalStack): Record<string, string> =>
  JSON.parse(readFileSync(join(stack.home, 'secrets.json'), 'utf8')) as Record<string, string>;

const DATABASES: readonly (readonly [ServerName, string])[] = [
  ['postgres', 'read'],
  ['postgres', 'vault'],
  ['postgres-events', 'events'],
];

/** What autovacuum does within a minute: a load that begins on fresh tables would be planned as if they were empty. */
export async function analyseTables(stack: LocalStack): Promise<void> {
  for (const [server, database] of DATABASES)
    await withClient(adminUrl(stack, server, database), (client) => client.query('analyze'));
}
