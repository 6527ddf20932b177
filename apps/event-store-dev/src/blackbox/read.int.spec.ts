import type { EventStoreDBClient } from '@eventstore/db-client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { collect, freshStream, happened, many, type Node, numbers, refusal, testNode } from './node.fixture.js';

let node: Node;
let client: EventStoreDBClient;
beforeAll(async () => {
  node = await testNode();
  client = node.connect();
});
afterAll(() => node.stop());

describe('reading a stream', () => {
  const stream = freshStream();
  const read = async (options: Parameters<EventStoreDBClient['readStream']>[1]) =>
    numbers(await collect(client.readStream(stream, options)));
  beforeAll(async () => void (await client.appendToStream(stream, many(1_200))));

  it('goes forwards from a revision inclusive, through many pages', async () => {
    expect((await read({})).length).toBe(1_200);
    expect(await read({ fromRevision: 1_197n })).toEqual([1_197, 1_198, 1_199]);
    expect(await read({ fromRevision: 3n, maxCount: 2 })).toEqual([3, 4]);
    expect(await read({ fromRevision: 5_000n })).toEqual([]);
    expect(await read({ fromRevision: 'end' })).toEqual([]);
  });

  it('goes backwards from a revision inclusive', async () => {
    const backwards = { direction: 'backwards' as const };
    expect(await read({ ...backwards, fromRevision: 2n })).toEqual([2, 1, 0]);
    expect(await read({ ...backwards, fromRevision: 'end', maxCount: 2 })).toEqual([1_199, 1_198]);
    expect(await read({ ...backwards, fromRevision: 'start' })).toEqual([0]);
    expect(await read({ ...backwards, fromRevision: 9_999n, maxCount: 1 })).toEqual([1_199]);
  });

  it('that was never written says so', async () => {
    expect(await refusal(collect(client.readStream(freshStream())))).toMatchObject({ type: 'stream-not-found' });
  });
});

describe('reading $all', () => {
  it('is never empty, rises and never counts one by one', async () => {
    await client.appendToStream(freshStream(), many(3));
    const events = await collect(client.readAll({ maxCount: 1_000 }));
    const positions = events.map(({ event }) => event?.position?.commit ?? 0n);
    expect(positions[0]).toBeGreaterThan(0n);
    for (const [n, position] of positions.entries()) {
      if (n > 0) expect(position).toBeGreaterThan((positions[n - 1] ?? 0n) + 1n);
    }
    expect(events.some(({ event }) => event?.streamId.startsWith('$'))).toBe(true);
  });

  it('forwards includes its position, backwards does not', async () => {
    const stream = freshStream();
    const places = [];
    for (const event of many(3)) places.push((await client.appendToStream(stream, event)).position);
    const [first, second] = places;
    if (!first || !second) throw new Error('an append gave no place');
    const mine = async (options: Parameters<EventStoreDBClient['readAll']>[0]) =>
      numbers((await collect(client.readAll(options))).filter(({ event }) => event?.streamId === stream));
    expect(await mine({ fromPosition: second })).toEqual([1, 2]);
    expect(await mine({ fromPosition: second, maxCount: 1 })).toEqual([1]);
    expect(await mine({ direction: 'backwards', fromPosition: second })).toEqual([0]);
    expect((await mine({ direction: 'backwards', fromPosition: 'end' })).slice(0, 3)).toEqual([2, 1, 0]);
    expect(await mine({ fromPosition: 'end' })).toEqual([]);
    expect(await collect(client.readAll({ direction: 'backwards', fromPosition: 'start' }))).toEqual([]);
    expect(await mine({ fromPosition: { commit: first.commit + 1n, prepare: first.prepare + 1n } })).toEqual([1, 2]);
  });

  it('is the same both ways', async () => {
    await client.appendToStream(freshStream(), many(1_100));
    const forwards = await collect(client.readAll());
    const place = forwards.at(-1)?.event?.position;
    if (!place) throw new Error('no event');
    const after = { commit: place.commit + 1n, prepare: place.prepare + 1n };
    const backwards = await collect(client.readAll({ direction: 'backwards', fromPosition: after }));
    expect(backwards.map(({ event }) => event?.id)).toEqual(forwards.map(({ event }) => event?.id).reverse());
  });

  it('holds a commit exactly where the append said it is', async () => {
    const stream = freshStream();
    const { position } = await client.appendToStream(stream, happened(1));
    const [event] = await collect(client.readAll({ fromPosition: position ?? 'start', maxCount: 1 }));
    expect(event).toMatchObject({ commitPosition: position?.commit, event: { streamId: stream, position } });
  });
});
