import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { EventStoreDBClient } from '@eventstore/db-client';
import { dropDatabase } from '@homing/testing/postgres-drop';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { appendRequest, eventStoreContract, Follower } from '../event-store.contract.fixture.js';
import type { EventStore, ExpectedRevision } from '../event-store.port.js';
import { FaultProxy } from './fault-proxy.fixture.js';
import { connectEventStore } from './official.event-store.js';
import { ServerProcess } from './server-process.fixture.js';

eventStoreContract('the official client against a server', async () => {
  const server = await ServerProcess.startOrGiven();
  const store = connectEventStore({ url: server.url });
  return {
    store,
    stop: async () => {
      await store.dispose();
      await server.kill('SIGTERM');
    },
  };
});

describe('deleted streams', () => {
  let server: ServerProcess;
  let store: EventStore;
  let tool: EventStoreDBClient;

  beforeAll(async () => {
    server = await ServerProcess.startOrGiven();
    store = connectEventStore({ url: server.url });
    tool = EventStoreDBClient.connectionString(server.url);
  });
  afterAll(async () => {
    await tool.dispose();
    await store.dispose();
    await server.kill('SIGTERM');
  });

  it('are named, read or written, when they are tombstoned', async () => {
    const stream = `outreach-${randomUUID()}`;
    await store.append(appendRequest({ stream }));
    await tool.tombstoneStream(stream);
    await expect(store.readStream(stream)).rejects.toMatchObject({ name: 'StreamDeletedError', how: 'tombstoned' });
    const outcome = store.append(appendRequest({ stream, expectedRevision: 0n }));
    await expect(outcome).rejects.toMatchObject({ name: 'StreamDeletedError', how: 'tombstoned' });
  });

  it('are named when they are softly deleted', async () => {
    const stream = `outreach-${randomUUID()}`;
    await store.append(appendRequest({ stream }));
    await tool.deleteStream(stream);
    await expect(store.readStream(stream)).rejects.toMatchObject({ name: 'StreamDeletedError', how: 'soft' });
    const outcome = store.append(appendRequest({ stream }));
    await expect(outcome).rejects.toMatchObject({ name: 'StreamDeletedError', how: 'soft' });
  });
});

describe('a cluster address', () => {
  it('leads to the living member by gossip, for appends, reads and subscriptions', async () => {
    const server = await ServerProcess.start({});
    const gone = await FaultProxy.start(server.port);
    gone.refuse();
    const store = connectEventStore({ url: `esdb://127.0.0.1:${gone.port},127.0.0.1:${server.port}?tls=false` });
    const stream = `outreach-${randomUUID()}`;
    expect(await store.append(appendRequest({ stream }))).toMatchObject({ kind: 'appended', revision: 0n });
    expect(await store.readStream(stream)).toMatchObject({ kind: 'found', revision: 0n });
    const follower = new Follower();
    store.subscribeToAll({ from: 'start', onBatch: follower.onBatch });
    await follower.until(() => follower.on(stream).length === 1);
    await store.dispose();
    await gone.close();
    await server.kill('SIGTERM');
  });
});

describe('a server that is killed', () => {
  const database = `event_store_${randomUUID().replaceAll('-', '')}`;
  const admin = process.env['HOMING_TEST_POSTGRES_URL'] ?? '';
  const ended: (() => Promise<void>)[] = [];

  beforeAll(() => sql(`create database ${database}`));
  afterEach(async () => {
    for (const end of ended.splice(0).reverse()) await end();
  });
  afterAll(async () => {
    for (const statement of dropDatabase(database)) await sql(statement);
  });

  async function sql(statement: string): Promise<void> {
    const client = new pg.Client({ connectionString: admin });
    await client.connect();
    await client.query(statement);
    await client.end();
  }

  it('loses nothing it acknowledged, and every transition stands exactly once, in order', async () => {
    const databaseUrl = Object.assign(new URL(admin), { pathname: `/${database}` }).href;
    let server = await ServerProcess.start({ databaseUrl });
    ended.push(() => server.kill());
    const proxy = await FaultProxy.start(server.port);
    ended.push(() => proxy.close());
    const url = `esdb://127.0.0.1:${proxy.port}?tls=false`;
    const store = connectEventStore({ url, appendTimeoutMs: 1_000, appendDeadlineMs: 60_000 });
    ended.push(() => store.dispose());
    const follower = new Follower();
    const subscription = store.subscribeToAll({ from: 'start', onBatch: follower.onBatch });
    ended.push(() => subscription.stop());

    const streams = Array.from({ length: 8 }, () => `outreach-${randomUUID()}`);
    const acknowledged = new Map<string, bigint>();
    let kills = 0;
    const write = async (stream: string): Promise<void> => {
      let revision: ExpectedRevision = 'no_stream';
      for (let n = 0; n < 25 || kills < 3; n += 1) {
        const events = [{ type: 'Moved', data: { to: n } }];
        const result = await store.append(appendRequest({ stream, expectedRevision: revision, events }));
        if (result.kind !== 'appended') throw new Error(`${stream}: transition ${n} was lost to a conflict`);
        revision = result.revision;
        acknowledged.set(stream, revision);
      }
    };
    const kill = async (): Promise<void> => {
      for (; kills < 3; kills += 1) {
        const seen = follower.events.length;
        await follower.until(() => follower.events.length > seen + 10);
        await server.kill();
        server = await ServerProcess.start({ databaseUrl });
        proxy.target = server.port;
      }
    };
    await Promise.all([...streams.map(write), kill()]);

    for (const stream of streams) {
      const read = await store.readStream(stream);
      if (read.kind !== 'found') throw new Error(`${stream} is missing`);
      expect(read.revision).toBe(acknowledged.get(stream));
      expect(read.events.map((event) => event.data)).toEqual(read.events.map((_, n) => ({ to: n })));
    }
    const total = [...acknowledged.values()].reduce((sum, revision) => sum + Number(revision) + 1, 0);
    await follower.until(() => follower.on(...streams).length >= total);
    for (const stream of streams) {
      const count = Number(acknowledged.get(stream) ?? -1n) + 1;
      expect(follower.on(stream)).toEqual(Array.from({ length: count }, (_, n) => `${stream}@${n}`));
    }
  });
});
