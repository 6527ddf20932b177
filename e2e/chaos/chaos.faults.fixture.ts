import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { isAlive, postgresAdminUrl } from '@homing/embedded-stores';
import { prepareDatabase, rolesOf } from '@homing/provisioning';
import { LIVE_SCHEMA } from '@homing/read-model';
import { until, type LocalStack } from '@homing/testing/local-stack';
import pg from 'pg';

/** Kills a store with SIGKILL; resolves when the launcher has started it again. @returns the pid that is gone */
export async function killStore(stack: LocalStack, service: string): Promise<number> {
  const before = stack.services()[service];
  await stack.kill(service);
  await stack.recovered(service, (before?.restarts ?? 0) + 1);
  expect(stack.services()[service]?.pid).not.toBe(before?.pid);
  expect(isAlive(before?.pid ?? 0)).toBe(false);
  return before?.pid ?? 0;
}

/** Kills a store and keeps it down while `meanwhile` runs: the launcher is held still. */
export async function whileKilled(stack: LocalStack, service: string, meanwhile: () => Promise<void>): Promise<void> {
  const before = stack.services()[service];
  process.kill(stack.launcher.pid, 'SIGSTOP');
  try {
    await stack.kill(service);
    await meanwhile();
    expect(isAlive(before?.pid ?? 0)).toBe(false);
  } finally {
    process.kill(stack.launcher.pid, 'SIGCONT');
  }
  await stack.recovered(service, (before?.restarts ?? 0) + 1);
}

const jetStream = (stack: LocalStack): string => join(stack.home, 'nats', 'store');

/** The server is stopped, its directory removed, the server started again. */
export async function deleteJetStream(stack: LocalStack): Promise<void> {
  await whileKilled(stack, 'nats', async () => {
    expect(existsSync(join(jetStream(stack), 'jetstream'))).toBe(true);
    await rm(jetStream(stack), { recursive: true });
    expect(existsSync(jetStream(stack))).toBe(false);
  });
}

/** A copy of the directory as it lies while the server is down. */
export async function copyJetStream(stack: LocalStack, to: string): Promise<void> {
  await whileKilled(stack, 'nats', () => cp(jetStream(stack), to, { recursive: true, preserveTimestamps: true }));
}

export async function rollBackJetStream(stack: LocalStack, from: string): Promise<void> {
  await whileKilled(stack, 'nats', async () => {
    const newer = digestOf(jetStream(stack));
    await rm(jetStream(stack), { recursive: true });
    await cp(from, jetStream(stack), { recursive: true, preserveTimestamps: true });
    expect(digestOf(jetStream(stack))).toBe(digestOf(from));
    expect(digestOf(jetStream(stack))).not.toBe(newer);
  });
}

/** Of every file below: its name and content. */
function digestOf(directory: string): string {
  const names = readdirSync(directory, { recursive: true }).map(String).sort();
  const digest = createHash('sha256');
  for (const name of names) {
    const file = join(directory, name);
    digest.update(`${name}\0`);
    if (statSync(file).isFile()) digest.update(readFileSync(file));
  }
  return digest.digest('hex');
}

/** The read database as a backup would hold it, and its return in the place of the live one, while everything goes on. */
export class ReadDatabaseBackup {
  readonly #adminUrl: string;

  constructor(private readonly stack: LocalStack) {
    const port = Number(new URL(stack.services()['postgres']?.url ?? '').port);
    this.#adminUrl = postgresAdminUrl(join(stack.home, 'postgres', 'data'), port);
  }

  /** @returns projected outreach in the copy */
  async take(): Promise<number> {
    await this.#alone(['create database read_before template read owner read_owner']);
    return this.#outreach('read_before');
  }

  /** Outreach in the live database. */
  projected(): Promise<number> {
    return this.#outreach('read');
  }

  /** @returns projected outreach in the database that was replaced and in the one that replaced it */
  async restore(): Promise<{ lost: number; restored: number }> {
    const restored = await this.#outreach('read_before');
    await this.#alone(['alter database read rename to read_lost', 'alter database read_before rename to read']);
    const passwords = Object.fromEntries(rolesOf('read').map((role) => [role, this.stack.databasePassword(role)]));
    await prepareDatabase({ adminUrl: this.#adminUrl, name: 'read', passwords, searchPath: LIVE_SCHEMA });
    const lost = await this.#outreach('read_lost');
    await this.#admin((client) => client.query('drop database read_lost with (force)'));
    return { lost, restored };
  }

  /** Runs statements while nobody else is in the database `read`. */
  async #alone(statements: readonly string[]): Promise<void> {
    await this.#admin(async (client) => {
      await client.query('alter database read with allow_connections false');
      const quiet = async (): Promise<boolean> => {
        await client.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = 'read'`);
        const { rowCount } = await client.query(`select 1 from pg_stat_activity where datname = 'read'`);
        return rowCount === 0;
      };
      await until(quiet, 'the database to be left by everybody');
      for (const statement of statements) await client.query(statement);
      for (const name of ['read', 'read_lost']) {
        const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
        if (rowCount) await client.query(`alter database ${name} with allow_connections true`);
      }
    });
  }

  async #outreach(database: string): Promise<number> {
    const url = Object.assign(new URL(this.#adminUrl), { pathname: `/${database}` }).href;
    return this.#admin(async (client) => {
      const { rows } = await client.query<{ n: number }>(`select count(*)::int as n from ${LIVE_SCHEMA}.outreach`);
      return rows[0]?.n ?? 0;
    }, url);
  }

  async #admin<T>(work: (client: pg.Client) => Promise<T>, url = this.#adminUrl): Promise<T> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }
}

/** What a service has written to its log so far. */
export const logOf = (stack: LocalStack, service: string): string =>
  readFileSync(join(stack.home, 'logs', `${service}.log`), 'utf8');
