// Real: a nats-server program found or fetched on this machine, real files, the official client.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandLineOf, environmentOf, isAlive } from '../server/process.identity.js';
import { StoreInUseError } from '../server/store.error.js';
import { startNats } from './nats.server.js';
import type { NatsOptions, RunningNats } from './nats.server.js';

const canary = 'canary-7f3a91';
const encryptionKey = '12MB'; // looks like a size to the configuration's parser; it must stay text
let home: string;
let running: RunningNats[];
let connections: NatsConnection[];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'homing-nats-test-'));
  [running, connections] = [[], []];
});
afterEach(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await Promise.all(running.map((server) => server.stop()));
  rmSync(home, { recursive: true, force: true });
});

const binary = process.env['HOMING_NATS_SERVER_BIN'];
const start = async (more: Partial<NatsOptions> = {}) => {
  const server = await startNats({ dir: join(home, 'nats'), encryptionKey, ...(binary ? { binary } : {}), ...more });
  running.push(server);
  return server;
};
const client = async (server: RunningNats, login: { user?: string; pass?: string } = {}) => {
  const connection = await connect({ servers: server.url, reconnect: false, ...login });
  connections.push(connection);
  return connection;
};
const rawBytes = () =>
  readdirSync(join(home, 'nats/store'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('');
async function keep(server: RunningNats) {
  const connection = await client(server);
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: 'KEPT', subjects: ['kept.>'] });
  await jetstream(connection).publish('kept.one', canary);
}
async function kept(server: RunningNats) {
  const manager = await jetstreamManager(await client(server));
  return (await manager.streams.getMessage('KEPT', { seq: 1 }))?.string();
}

describe('startNats', () => {
  it('keeps messages over a kill -9, unreadable on the disk', async () => {
    const first = await start();
    await keep(first);
    process.kill(first.pid, 'SIGKILL');
    await first.stop();
    expect(rawBytes().length).toBeGreaterThan(0);
    expect(rawBytes()).not.toContain(canary);
    const second = await start();
    expect(await kept(second)).toBe(canary);
  });

  it('cannot be read with another key', async () => {
    const first = await start();
    await keep(first);
    await first.stop();
    const other = await start({ encryptionKey: 'another' });
    await expect(kept(other)).rejects.toThrow(/stream not found/);
    await other.stop();
    expect(await kept(await start())).toBe(canary);
  });

  it('shows neither key nor password on its command line, and its configuration to the owner only', async () => {
    const server = await start({ users: [{ name: 'all', password: 'secret-password' }] });
    const shown = commandLineOf(server.pid)?.join(' ') ?? '';
    expect(shown).toContain('nats.conf');
    expect(shown).not.toMatch(/12MB|secret-password/);
    const file = join(home, 'nats/nats.conf');
    expect(readFileSync(file, 'utf8')).not.toContain(encryptionKey);
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(Object.keys(environmentOf(server.pid) ?? {}).sort()).toEqual(['HOMING_JETSTREAM_KEY', 'PATH']);
  });

  it('lets users say and hear their subjects only, and nobody without a password', async () => {
    const users = [
      { name: 'all', password: 'a"b\\c' },
      { name: 'publisher', password: 'p', publish: ['outreach.requested'], subscribe: ['_INBOX.>'] },
    ];
    const server = await start({ users });
    await expect(client(server)).rejects.toThrow(/auth/i);
    await expect(client(server, { user: 'all', pass: 'guess' })).rejects.toThrow(/auth/i);
    const all = await client(server, { user: 'all', pass: 'a"b\\c' });
    const publisher = await client(server, { user: 'publisher', pass: 'p' });
    const heard = all.subscribe('>', { max: 1 });
    await all.flush();
    const refused: string[] = [];
    const watch = (async () => {
      for await (const status of publisher.status())
        if (status.type === 'error') return refused.push(String(status.error));
      return 0;
    })();
    publisher.publish('provider.signal.sendgrid', 'forged');
    publisher.publish('outreach.requested', 'allowed');
    for await (const message of heard) expect(message.string()).toBe('allowed');
    await watch;
    expect(refused.join()).toMatch(/permissions violation/i);
  });

  it('writes through to the disk where the server can', async () => {
    const server = await start();
    expect(server.syncAlways).toBe(!server.version.startsWith('2.9.'));
    expect(readFileSync(join(home, 'nats/nats.conf'), 'utf8').includes('sync_interval: always')).toBe(
      server.syncAlways,
    );
  });

  it('names the process that already runs on the folder, and a port that is taken', async () => {
    const first = await start();
    const error = await start().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StoreInUseError);
    expect((error as Error).message).toContain(`pid ${first.pid}`);
    await expect(start({ dir: join(home, 'other'), port: first.port })).rejects.toThrow(`port ${first.port} is taken`);
    expect(isAlive(first.pid)).toBe(true);
  });

  it('says what the server said when it cannot start', async () => {
    await expect(start({ users: [{ name: 'a', password: 'x', publish: ['bad..subject'] }] })).rejects.toThrow(
      /nats-server ended while starting[\s\S]*next:/,
    );
  });
});
