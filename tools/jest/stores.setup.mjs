// One Postgres for the whole run and a known nats-server program, for every project that names this file.
// (With TEST_STACK=containers: real servers from images, see tools/containers/engine.mjs.)
// Sets HOMING_TEST_POSTGRES_URL (superuser, database `postgres`) and HOMING_NATS_SERVER_BIN. Suites make databases of their own.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const built = new URL('../../libs/embedded-stores/dist/index.js', import.meta.url);

/** Shared by all projects of this run: Jest calls setup and teardown once for each. */
const run = (globalThis[Symbol.for('homing.test.stores')] ??= { users: 0, started: undefined, stop: undefined });

async function start() {
  if (!existsSync(built))
    throw new Error('libs/embedded-stores is not built: run "npm run build" first (npm test does)');
  const { natsBinary, startPostgres } = await import(built.href);
  if (process.env.TEST_STACK === 'containers') return startContainers();
  if (!process.env.NATS_URL) process.env.HOMING_NATS_SERVER_BIN = (await natsBinary()).path;
  const given = process.env.HOMING_TEST_POSTGRES_URL ?? process.env.DATABASE_URL;
  if (given) {
    process.env.HOMING_TEST_POSTGRES_URL = given;
    return;
  }
  const directory = mkdtempSync(join(tmpdir(), 'homing-test-'));
  const postgres = await startPostgres({ dataDir: join(directory, 'postgres') });
  process.env.HOMING_TEST_POSTGRES_URL = postgres.adminUrl;
  const interrupted = (signal) => void run.stop().then(() => process.kill(process.pid, signal));
  const killed = () => process.kill(postgres.pid, 'SIGQUIT');
  run.stop = async () => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, interrupted);
    await postgres.stop();
    process.off('exit', killed);
    rmSync(directory, { recursive: true, force: true });
    delete process.env.HOMING_TEST_POSTGRES_URL;
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, interrupted);
  process.once('exit', killed);
}

async function startContainers() {
  const { startStores } = await import('../containers/engine.mjs');
  const { environment, stop } = await startStores();
  Object.assign(process.env, environment);
  run.stop = async () => {
    await stop();
    for (const name of Object.keys(environment)) delete process.env[name];
  };
}

export default async function setup() {
  run.users += 1;
  run.started ??= start();
  await run.started;
}
