// Real: the Postgres binaries of npm, real files, real processes. Nothing is stubbed.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ensureDatabase, ensureRole } from '@homing/provisioning';
import pg from 'pg';
import { isWorldReachable } from '../server/cache.directory.js';
import { isAlive } from '../server/process.identity.js';
import { StoreInUseError } from '../server/store.error.js';
import { startPostgres } from './postgres.server.js';
import type { RunningPostgres } from './postgres.server.js';

let home: string;
let running: RunningPostgres[];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'homing-pg-'));
  chmodSync(home, 0o700); // what a clone below /root looks like to the server's own user
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((server) => server.stop()));
  rmSync(home, { recursive: true, force: true });
});

const dataDir = () => join(home, 'postgres');
const start = async () => {
  const server = await startPostgres({ dataDir: dataDir() });
  running.push(server);
  return server;
};
async function query<T extends pg.QueryResultRow>(connectionString: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}
async function killed(server: RunningPostgres) {
  process.kill(server.pid, 'SIGKILL');
  while (isAlive(server.pid)) await new Promise((next) => setImmediate(next));
}

describe('startPostgres', () => {
  it('starts below a folder only we may enter, and again on the same data', async () => {
    const first = await start();
    await query(first.adminUrl, 'create table kept (n int); insert into kept values (7)');
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);
    const second = await start();
    expect(await query(second.adminUrl, 'select n from kept')).toEqual([{ n: 7 }]);
    expect(await query(second.adminUrl, 'show fsync')).toEqual([{ fsync: 'on' }]);
    if (process.getuid?.() === 0) expect(statSync(`/proc/${second.pid}`).uid).not.toBe(0);
  });

  it('starts after a kill -9, with every acknowledged row', async () => {
    const first = await start();
    await query(first.adminUrl, 'create table kept (n int); insert into kept select generate_series(1, 1000)');
    await killed(first);
    expect(existsSync(join(dataDir(), 'postmaster.pid'))).toBe(true);
    const second = await start();
    expect(await query(second.adminUrl, 'select count(*)::int as n from kept')).toEqual([{ n: 1000 }]);
  });

  it('does not take a stranger who got the number of a dead server for that server', async () => {
    const first = await start();
    await killed(first);
    const file = join(dataDir(), 'postmaster.pid');
    // The hardest stranger: another Postgres.
    const stranger = await startPostgres({ dataDir: join(home, 'other') });
    running.push(stranger);
    writeFileSync(file, readFileSync(file, 'utf8').replace(String(first.pid), String(stranger.pid)));
    const second = await start();
    expect(isAlive(stranger.pid)).toBe(true);
    expect(isAlive(second.pid)).toBe(true);
  });

  it('names the process that already runs on the data', async () => {
    const first = await start();
    const error = await startPostgres({ dataDir: dataDir() }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StoreInUseError);
    expect((error as StoreInUseError).message).toContain(`pid ${first.pid}`);
    expect(await query(first.adminUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('names a port that is taken', async () => {
    const { port } = await start();
    await expect(startPostgres({ dataDir: join(home, 'other'), port })).rejects.toThrow(`port ${port} is taken`);
  });

  it('leaves no finished-looking data folder when its making is interrupted', async () => {
    writeFileSync(join(home, 'postgres.admin'), ''); // initdb refuses an empty password
    await expect(start()).rejects.toThrow(/initdb ended/);
    expect(existsSync(dataDir())).toBe(false);
    rmSync(join(home, 'postgres.admin'));
    expect(isAlive((await start()).pid)).toBe(true);
  });

  const ordinary = process.getuid?.() === 0 && isWorldReachable(fileURLToPath(new URL('.', import.meta.url)));
  it.each(ordinary ? [{ uid: 65_534, gid: 65_534 }] : [{}])('starts in a program run as %j', async (user) => {
    if (ordinary) chownSync(home, 65_534, 65_534);
    const program = fileURLToPath(new URL('../ordinary-user.fixture.mjs', import.meta.url));
    const env = { PATH: process.env['PATH'], XDG_CACHE_HOME: join(home, 'cache') };
    const { stdout } = await promisify(execFile)(process.execPath, [program, home], { ...user, env });
    const told = JSON.parse(stdout) as { uid: number; pid: number; answer: number };
    expect(told.answer).toBe(42);
    if (ordinary) expect(told.uid).toBe(65_534);
    expect(isAlive(told.pid)).toBe(false);
  });
});

describe('roles and databases', () => {
  const app = { name: 'read_api', password: `p'ass"word\\%/é` };

  it('lets a role in with its password only, and into its databases only', async () => {
    const server = await start();
    await ensureRole(server.adminUrl, app);
    await ensureDatabase(server.adminUrl, { database: 'read', connect: [app.name] });
    await ensureDatabase(server.adminUrl, { database: 'vault' });
    const url = server.urlFor('read', app);
    expect(await query(url, 'select current_user::text as who')).toEqual([{ who: 'read_api' }]);
    const role = await query(
      url,
      'select rolsuper or rolcreaterole or rolcreatedb or rolbypassrls as strong from pg_roles where rolname = current_user',
    );
    expect(role).toEqual([{ strong: false }]);
    await expect(query(server.urlFor('read', { ...app, password: 'guess' }), 'select 1')).rejects.toThrow(/password/);
    await expect(query(server.urlFor('vault', app), 'select 1')).rejects.toThrow(/permission denied for database/);
    await expect(query(`postgres://homing_admin@127.0.0.1:${server.port}/postgres`, 'select 1')).rejects.toThrow(
      /password/,
    );
  });

  it('may be repeated from many processes at once, and the newest password counts', async () => {
    const server = await start();
    await Promise.all(Array.from({ length: 8 }, () => ensureRole(server.adminUrl, app)));
    await Promise.all(
      Array.from({ length: 4 }, () => ensureDatabase(server.adminUrl, { database: 'read', owner: app.name })),
    );
    await ensureRole(server.adminUrl, { ...app, password: 'changed' });
    await expect(query(server.urlFor('read', app), 'select 1')).rejects.toThrow(/password/);
    expect(await query(server.urlFor('read', { ...app, password: 'changed' }), 'create table mine (n int)')).toEqual(
      [],
    );
  });
});
