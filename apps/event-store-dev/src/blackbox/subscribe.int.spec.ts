import {
  type EventStoreDBClient,
  eventTypeFilter,
  excludeSystemEvents,
  type Filter,
  jsonEvent,
  type Position,
  streamNameFilter,
} from '@eventstore/db-client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshStream, full, happened, many, type Node, numbers, takeFrom, testNode } from './node.fixture.js';

let node: Node;
let client: EventStoreDBClient;
beforeAll(async () => {
  node = await testNode();
  client = node.connect();
});
afterAll(() => node.stop());

const counted = (count: number) => (events: readonly unknown[]) => events.length >= count;
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('a subscription to a stream', () => {
  it('delivers what is there and what comes, without gap or repeat, while writers are busy', async () => {
    const stream = freshStream();
    const count = full ? 4_000 : 1_200;
    await client.appendToStream(stream, many(count / 2));
    const taken = takeFrom(client.subscribeToStream(stream, { fromRevision: 'start' }), counted(count));
    for (let n = count / 2; n < count; n += 10) await client.appendToStream(stream, many(10, n));
    expect(numbers(await taken)).toEqual(upTo(count));
  });

  it('begins after its revision', async () => {
    const stream = freshStream();
    await client.appendToStream(stream, many(5));
    const taken = await takeFrom(client.subscribeToStream(stream, { fromRevision: 2n }), counted(2));
    expect(numbers(taken)).toEqual([3, 4]);
  });

  it('from the end delivers only what comes; it may begin before the stream does', async () => {
    const stream = freshStream();
    const subscription = client.subscribeToStream(stream, { fromRevision: 'end' });
    const caughtUp = new Promise<void>((resolve) => subscription.once('caughtUp', () => resolve()));
    const taken = takeFrom(subscription, counted(2));
    await caughtUp;
    await client.appendToStream(stream, many(2));
    expect(numbers(await taken)).toEqual([0, 1]);
  });

  it('says once that it caught up, after everything that was there', async () => {
    const stream = freshStream();
    await client.appendToStream(stream, many(3));
    const heard: string[] = [];
    const subscription = client.subscribeToStream(stream, { fromRevision: 'start' });
    subscription.on('caughtUp', () => heard.push('caught up'));
    const live = new Promise<void>((resolve) => subscription.once('caughtUp', () => resolve()));
    const taken = takeFrom(subscription, (events) => (heard.push('event'), events.length >= 5));
    await live;
    await client.appendToStream(stream, happened(3));
    await client.appendToStream(stream, happened(4));
    expect(numbers(await taken)).toEqual(upTo(5));
    expect(heard.filter((one) => one === 'caught up').length).toBe(1);
  });
});

describe('a subscription to $all', () => {
  it('delivers everything after its position, and live events as they come', async () => {
    const stream = freshStream();
    const { position } = await client.appendToStream(stream, happened(-1));
    await client.appendToStream(stream, many(3));
    const mine = (events: { event?: { streamId: string } }[]) =>
      events.filter(({ event }) => event?.streamId === stream);
    const subscription = client.subscribeToAll({ fromPosition: position ?? 'start' });
    const live = new Promise<void>((resolve) => subscription.once('caughtUp', () => resolve()));
    const taken = takeFrom(subscription, (events) => mine(events).length >= 6);
    await live;
    for (const event of many(3, 3)) await client.appendToStream(stream, event);
    expect(numbers((await taken).filter(({ event }) => event?.streamId === stream))).toEqual(upTo(6));
  });

  it('filters by stream prefix, event type prefix and regular expression', async () => {
    const prefix = freshStream('filter');
    const type = `t-${prefix}`;
    const note = (n: number) => jsonEvent({ type: `${type}-note`, data: { n } });
    const { position } = await client.appendToStream(`${prefix}-a`, happened(0));
    await client.appendToStream(`${prefix}-b`, note(1));
    await client.appendToStream(freshStream('other'), note(2));
    await client.appendToStream(`${prefix}-b`, happened(3));
    const from = { fromPosition: { commit: (position?.commit ?? 1n) - 1n, prepare: (position?.prepare ?? 1n) - 1n } };
    const first = async (filter: Filter, count: number) =>
      numbers(await takeFrom(client.subscribeToAll({ ...from, filter }), counted(count)));
    expect(await first(streamNameFilter({ prefixes: ['no-such', prefix] }), 3)).toEqual([0, 1, 3]);
    expect(await first(streamNameFilter({ regex: `^${prefix}-b$` }), 2)).toEqual([1, 3]);
    expect(await first(eventTypeFilter({ prefixes: [type] }), 2)).toEqual([1, 2]);
    expect(await first(eventTypeFilter({ regex: `^${type}-no.e$` }), 2)).toEqual([1, 2]);
    expect((await first(excludeSystemEvents(), 4)).length).toBe(4);
  });

  it('sends checkpoints for what it considered, from which another subscription goes on without gap or repeat', async () => {
    const wanted = freshStream('wanted');
    const noise = freshStream('noise');
    const { position } = await client.appendToStream(noise, happened(-1));
    const checkpoints: { position: Position; seen: number }[] = [];
    const seen: number[] = [];
    const filter = streamNameFilter({
      prefixes: [wanted],
      checkpointInterval: 2,
      maxSearchWindow: 5,
      checkpointReached: async (_, at) => void checkpoints.push({ position: at, seen: seen.length }),
    });
    const total = 40;
    const subscription = client.subscribeToAll({ fromPosition: position ?? 'start', filter });
    const taken = (async () => {
      for await (const { event } of subscription) {
        seen.push((event?.data as { n: number }).n);
        if (seen.length === total) break;
      }
    })();
    for (let n = 0; n < total; n++) {
      await client.appendToStream(noise, many(3));
      await client.appendToStream(wanted, happened(n));
    }
    await taken;
    expect(seen).toEqual(upTo(total));
    // 160 events were considered, ten to a checkpoint; the last may arrive after the subscriber has left.
    expect(checkpoints.length).toBeGreaterThanOrEqual(14);
    const rising = checkpoints.map((one) => one.position.commit);
    expect([...rising].sort((a, b) => (a < b ? -1 : 1))).toEqual(rising);
    const middle = checkpoints[6];
    if (!middle) throw new Error('no checkpoint');
    const rest = client.subscribeToAll({
      fromPosition: middle.position,
      filter: streamNameFilter({ prefixes: [wanted] }),
    });
    const [next] = numbers(await takeFrom(rest, counted(1)));
    const before = client.subscribeToAll({
      fromPosition: position ?? 'start',
      filter: streamNameFilter({ prefixes: [wanted] }),
    });
    const upToCheckpoint = await takeFrom(
      before,
      (events) => (events.at(-1)?.event?.position?.commit ?? 0n) > middle.position.commit,
    );
    expect(next).toBe(upToCheckpoint.length - 1);
  });

  it('sends checkpoints although nothing matches', async () => {
    const { position } = await client.appendToStream(freshStream(), many(100));
    const reached = await new Promise<Position>((resolve, reject) => {
      const filter = eventTypeFilter({
        prefixes: ['no-such-type'],
        checkpointReached: async (subscription, at) => {
          resolve(at);
          await subscription.unsubscribe();
        },
      });
      client
        .subscribeToAll({ filter })
        .on('error', reject)
        .on('data', () => reject(new Error('nothing matches')));
    });
    expect(reached.commit).toBeGreaterThan(0n);
    expect(position?.commit).toBeGreaterThan(0n);
  });

  it('waits for a reader that takes its time, and loses nothing', async () => {
    const stream = freshStream();
    const count = full ? 120 : 30;
    const subscription = client.subscribeToStream(stream, { fromRevision: 'start' });
    await new Promise<void>((resolve) => subscription.once('confirmation', () => resolve()));
    const text = 'x'.repeat(500_000);
    // Nobody reads yet: what does not fit into the buffers between the two waits in the node's storage.
    for (let n = 0; n < count; n++) await client.appendToStream(stream, happened(n, { text }));
    expect(numbers(await takeFrom(subscription, counted(count)))).toEqual(upTo(count));
  });
});
