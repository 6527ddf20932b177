import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Follower, retrying } from '../event-store.contract.fixture.js';
import type { EventStore } from '../event-store.port.js';
import { FakeServer } from './fake-server.fixture.js';
import { connectEventStore } from './official.event-store.js';

describe('a subscription on a bad wire', () => {
  let server: FakeServer;
  let store: EventStore;

  beforeEach(async () => {
    server = await FakeServer.start();
    store = connectEventStore({ url: server.url });
  });
  afterEach(async () => {
    await store.dispose();
    await server.stop();
  });

  /** Writes straight into the server's log, as another service would. */
  function write(count: number, stream = `outreach-${randomUUID()}`, padding = ''): void {
    for (let n = 0; n < count; n += 1) {
      const json = Buffer.from(JSON.stringify({ n, padding }));
      const events = [{ id: randomUUID(), type: 'Counted', json }];
      const expectedRevision = BigInt((server.log.stream(stream)?.length ?? 0) - 1);
      server.write({
        stream,
        events,
        expectedRevision: expectedRevision < 0n ? 'no_stream' : expectedRevision,
        metadata: Buffer.from('{}'),
        created: new Date(),
      });
    }
  }

  function everything(): bigint[] {
    return server.log.all.filter((event) => !event.stream.startsWith('$')).map((event) => event.position);
  }

  it('brings everything once, in order, however often the server drops it', async () => {
    write(300);
    server.dropAfter = [0, 1, 17, 40, 3, 90, 0, 0, 60];
    const [follower, troubles] = [new Follower(), [] as string[]];
    const subscription = store.subscribeToAll({
      from: 'start',
      onBatch: follower.onBatch,
      maxBatch: 25,
      onTrouble: ({ kind }) => troubles.push(kind),
    });
    await follower.until(() => follower.events.length >= 300);
    write(20);
    await follower.until(() => follower.events.length >= 320);
    expect(follower.events.map((event) => event.position)).toEqual(everything());
    expect(server.counts.subscriptionDrops).toBe(9);
    expect(troubles).toEqual(Array.from({ length: 9 }, () => 'dropped'));
    await subscription.stop();
  });

  it('brings everything once, in order, when connections are cut while events come', async () => {
    const follower = new Follower();
    let cuts = 0;
    const subscription = store.subscribeToAll({
      from: 'start',
      maxBatch: 10,
      onBatch: async (batch) => {
        await follower.onBatch(batch);
        if (batch.caughtUp && cuts < 4) {
          cuts += 1;
          server.proxy.cut();
          write(30);
        }
      },
    });
    await follower.until(() => follower.events.length >= 120);
    expect(follower.events.map((event) => event.position)).toEqual(everything());
    expect(server.proxy.counts.cut).toBeGreaterThanOrEqual(4);
    expect(server.counts.subscriptions).toBeGreaterThan(4);
    await subscription.stop();
  });

  it('never moves the position past an event that is not handled yet', async () => {
    const positions: { handled: bigint; position: bigint }[] = [];
    const follower = new Follower();
    for (let round = 0; round < 40; round += 1) {
      write(5);
      write(3, '$system');
    }
    const subscription = store.subscribeToAll({
      from: 'start',
      maxBatch: 4,
      lingerMs: 0,
      onBatch: async (batch) => {
        await follower.onBatch(batch);
        positions.push({ handled: follower.events.at(-1)?.position ?? 0n, position: batch.position });
        await new Promise((resolve) => setImmediate(resolve));
      },
    });
    await follower.until(() => follower.batches.at(-1)?.caughtUp === true);
    const ours = everything();
    expect(follower.events.map((event) => event.position)).toEqual(ours);
    for (const { handled, position } of positions) {
      expect(ours.filter((at) => at > handled && at <= position)).toEqual([]);
    }
    await subscription.stop();
  });

  it('believes the smaller half of a checkpoint', async () => {
    server.checkpointLead = 10_000n;
    write(3, '$system');
    const follower = new Follower();
    const subscription = store.subscribeToAll({ from: 'start', onBatch: follower.onBatch });
    await follower.until(() => follower.batches.at(-1)?.caughtUp === true);
    expect(follower.batches.at(-1)?.position).toBe(server.log.all.at(-1)?.position);
    write(1);
    await follower.until(() => follower.events.length === 1);
    await subscription.stop();
  });

  it('moves the position by checkpoints when nothing it brings is written', async () => {
    write(1);
    const follower = new Follower();
    const subscription = store.subscribeToAll({ from: 'start', onBatch: follower.onBatch });
    await follower.until(() => follower.events.length === 1);
    write(10, '$system');
    const last = server.log.all.at(-1)?.position;
    await follower.until(() => follower.batches.at(-1)?.position === last);
    expect(follower.events).toHaveLength(1);
    server.dropSubscriptions();
    await server.until(() => server.counts.subscriptions === 2);
    write(1);
    await follower.until(() => follower.events.length === 2);
    expect(follower.events.map((event) => event.position)).toEqual(everything());
    await subscription.stop();
  });

  it('runs on when the connection is replaced under it', async () => {
    const follower = new Follower();
    const impatient = connectEventStore({ url: server.url, readTimeoutMs: 50 });
    const subscription = impatient.subscribeToAll({ from: 'start', onBatch: follower.onBatch });
    await follower.until(() => follower.batches.at(-1)?.caughtUp === true);
    const before = server.proxy.counts.connections;
    server.readsSilent = true;
    await expect(impatient.readStream('outreach-1')).rejects.toThrow('silence');
    server.readsSilent = false;
    await retrying(() => impatient.ping());
    expect(server.proxy.counts.connections).toBeGreaterThan(before);
    write(5);
    await follower.until(() => follower.events.length === 5);
    server.dropSubscriptions();
    write(5);
    await follower.until(() => follower.events.length === 10);
    expect(follower.events.map((event) => event.position)).toEqual(everything());
    await impatient.dispose();
    await subscription.done;
  });

  it('says caught up only when nothing older waits', async () => {
    write(64);
    const follower = new Follower();
    const subscription = store.subscribeToAll({ from: 'start', onBatch: follower.onBatch, maxBatch: 8 });
    await follower.until(() => follower.batches.at(-1)?.caughtUp === true);
    const live = follower.batches.findIndex((batch) => batch.caughtUp);
    expect(follower.batches.slice(0, live + 1).flatMap((batch) => batch.events)).toHaveLength(64);
    await subscription.stop();
  });

  it('is not caught up again while more than one batch waits', async () => {
    let [release, hold] = [(): void => undefined, false];
    const follower = new Follower();
    const subscription = store.subscribeToAll({
      from: 'start',
      maxBatch: 8,
      onBatch: async (batch) => {
        await follower.onBatch(batch);
        if (hold && batch.events.length > 0) await new Promise<void>((resolve) => (release = resolve));
      },
    });
    await follower.until(() => follower.batches.at(-1)?.caughtUp === true);
    hold = true;
    write(1);
    await follower.until(() => follower.events.length === 1);
    write(20);
    await store.ping();
    hold = false;
    release();
    await follower.until(() => follower.events.length === 21);
    const sizes = follower.batches.filter((batch) => batch.events.length > 0).map(({ events }) => events.length);
    expect(sizes.slice(0, 2)).toEqual([1, 8]);
    expect(follower.batches.find((batch) => batch.events.length === 8)?.caughtUp).toBe(false);
    expect(follower.batches.at(-1)?.caughtUp).toBe(true);
    await subscription.stop();
  });

  it('holds the server back while a batch is being handled', async () => {
    write(1_500, 'outreach-large', 'x'.repeat(4_000));
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const follower = new Follower();
    const subscription = store.subscribeToAll({
      from: 'start',
      maxBatch: 10,
      onBatch: async (batch) => {
        await follower.onBatch(batch);
        await held;
      },
    });
    await follower.until(() => follower.events.length > 0);
    for (let n = 0; n < 200; n += 1) await store.ping();
    expect(follower.events.length).toBeLessThanOrEqual(10);
    expect(server.counts.delivered).toBeLessThan(500);
    release();
    await follower.until(() => follower.events.length === 1_500);
    expect(follower.events.map((event) => event.position)).toEqual(everything());
    await subscription.stop();
  });
});
