import { dirname, basename, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Login } from '@homing/provisioning';
import pg from 'pg';
import { freePort, isPortTaken } from '../server/loopback.port.js';
import { spawnServer, whenReady } from '../server/server.process.js';
import type { ServerCommand } from '../server/server.process.js';
import { StoreError } from '../server/store.error.js';
import { postgresBinaries } from './postgres.binaries.js';
import { adminPassword, adminRole, clearStalePid, dataFolderArgument } from './postgres.cluster.js';
import { ensureCluster, serverEnvironment, unprivileged } from './postgres.cluster.js';

export interface PostgresOptions {
  /** Made at the first start; give it a parent folder of its own, the superuser's password is kept beside it. */
  dataDir: string;
  /** Default 0: any free one. */
  port?: number;
  /** Default `<dataDir>.log`. */
  logFile?: string;
  /** Default true. False for throw-away data only: a crash of the machine may corrupt it. */
  fsync?: boolean;
}

export interface RunningPostgres {
  port: number;
  pid: number;
  /** The superuser on the database `postgres`. */
  adminUrl: string;
  /** A connection string for a database; without a login, the superuser's. */
  urlFor(database: string, login?: Login): string;
  /** Ends sessions, writes a checkpoint, resolves when the process is gone. */
  stop(): Promise<void>;
}

/** The same server address with another database and, if given, another login. */
export function databaseUrl(serverUrl: string, database: string, login?: Login): string {
  const url = new URL(serverUrl);
  url.pathname = `/${encodeURIComponent(database)}`;
  if (login) [url.username, url.password] = [encodeURIComponent(login.name), encodeURIComponent(login.password)];
  return url.href;
}

/** The superuser's address of a server started on `dataDir` at `port`. */
export const postgresAdminUrl = (dataDir: string, port: number): string =>
  databaseUrl(`postgres://127.0.0.1:${port}`, 'postgres', {
    name: adminRole,
    password: adminPassword(resolve(dataDir)),
  });

/**
 * Everything before the start: binaries made runnable, data folder made, a dead server's pid file removed.
 * @throws StoreInUseError when a server lives on this data; StoreError with the next step for the rest.
 */
export async function preparePostgres(options: PostgresOptions & { port: number }): Promise<ServerCommand> {
  const dataDir = resolve(options.dataDir);
  const owner = unprivileged();
  const binaries = postgresBinaries({ forOtherUser: owner !== undefined });
  const fsync = options.fsync ?? true;
  await ensureCluster(binaries, { dataDir, fsync });
  clearStalePid(dataDir);
  const { cwd, argument } = dataFolderArgument(dataDir);
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(options.port),
    unix_socket_directories: '',
    max_connections: '200',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(fsync ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const args = ['-D', argument, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  return { command: binaries.postgres, args, env: serverEnvironment(), cwd, ...owner, stopSignal: 'SIGINT' };
}

/** True when the server answers a query; false while it cannot be reached or is starting up. */
export async function postgresAnswers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch (error) {
    const { code } = error as { code?: string };
    // Wrong password or database will not mend itself by waiting.
    if (code === '28P01' || code === '3D000') throw error;
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Starts (and at first makes) a Postgres on `dataDir`; resolves when it answers queries. */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const dataDir = resolve(options.dataDir);
  const logFile = options.logFile ?? join(dirname(dataDir), `${basename(dataDir)}.log`);
  for (let attempt = 1; ; attempt++) {
    const port = options.port || (await freePort());
    if (options.port && (await isPortTaken(port)))
      throw new StoreError(`port ${port} is taken, Postgres cannot listen there`, 'free that port or choose another');
    const server = await spawnServer(await preparePostgres({ ...options, port }), logFile);
    const adminUrl = postgresAdminUrl(dataDir, port);
    try {
      await whenReady(server, async () => (await postgresAnswers(adminUrl)) || undefined, { name: 'Postgres' });
    } catch (error) {
      await server.stop();
      // Someone took the free port, or the backends of a killed server are still ending.
      if (attempt >= 40 || !/Address already in use|still in use/.test(server.logTail())) throw error;
      await delay(100);
      continue;
    }
    const urlFor = (database: string, login?: Login) => databaseUrl(adminUrl, database, login);
    return { port, pid: server.pid, adminUrl, urlFor, stop: () => server.stop() };
  }
}
