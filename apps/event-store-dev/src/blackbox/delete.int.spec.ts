import type { EventStoreDBClient, StreamDeletedError, WrongExpectedVersionError } from '@eventstore/db-client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { collect, freshStream, happened, many, type Node, numbers, refusal, testNode, UNARY } from './node.fixture.js';

let node: Node;
let client: EventStoreDBClient;
beforeAll(async () => {
  node = await testNode();
  client = node.connect();
});
afterAll(() => node.stop());

const written = async (name?: string) => {
  const stream = freshStream(name);
  await client.appendToStream(stream, many(3));
  return stream;
};
const read = (stream: string) => collect(client.readStream(stream));

describe('deleting a stream', () => {
  it('hides its events; writing again continues the numbering', async () => {
    const stream = await written();
    const { position } = await client.deleteStream(stream, { expectedRevision: 2n });
    expect(position?.commit).toBeGreaterThan(0n);
    expect((await refusal(read(stream))).type).toBe('stream-not-found');
    const again = await client.appendToStream(stream, happened(3), { expectedRevision: 'no_stream' });
    expect(again.nextExpectedRevision).toBe(3n);
    const events = await read(stream);
    expect(events.map(({ event }) => event?.revision)).toEqual([3n]);
    expect(numbers(await collect(client.readStream(stream, { direction: 'backwards', fromRevision: 'end' })))).toEqual([
      3,
    ]);
  });

  it('is not existence: an append that expects the stream to exist is told that it is deleted', async () => {
    const stream = await written();
    await client.deleteStream(stream);
    const refused = await refusal(client.appendToStream(stream, happened(3), { expectedRevision: 'stream_exists' }));
    expect(refused.type).toBe('stream-deleted');
    expect((await client.appendToStream(stream, happened(3), { expectedRevision: 2n })).nextExpectedRevision).toBe(3n);
  });

  it('at another revision, or never written, is a conflict', async () => {
    const stream = await written('größe');
    const conflict = await refusal<WrongExpectedVersionError>(client.deleteStream(stream, { expectedRevision: 7n }));
    expect(conflict).toMatchObject({ type: 'wrong-expected-version', expectedVersion: 7n, actualVersion: 2n });
    const never = await refusal<WrongExpectedVersionError>(
      client.deleteStream(freshStream(), { expectedRevision: 'any' }),
    );
    expect(never).toMatchObject({ type: 'wrong-expected-version', actualVersion: 'no_stream' });
    expect((await read(stream)).length).toBe(3);
  });
});

describe('a tombstone', () => {
  it('is final for reads, appends over both calls, deletions and subscriptions', async () => {
    const stream = await written();
    await client.tombstoneStream(stream, { expectedRevision: 2n });
    const calls = [
      read(stream),
      client.appendToStream(stream, happened(3)),
      client.appendToStream(stream, happened(3), { expectedRevision: 'no_stream', ...UNARY }),
      client.deleteStream(stream),
      client.tombstoneStream(stream),
      collect(client.subscribeToStream(stream)),
    ];
    for (const refused of await Promise.all(calls.map((call) => refusal<StreamDeletedError>(call)))) {
      expect(refused).toMatchObject({ type: 'stream-deleted', streamName: stream });
    }
  });

  it('at another revision is a conflict, and a stream with any name can have one', async () => {
    const stream = await written('größe 日本');
    const conflict = await refusal(client.tombstoneStream(stream, { expectedRevision: 'no_stream' }));
    expect(conflict).toMatchObject({ type: 'wrong-expected-version', expectedVersion: -1n, actualVersion: 2n });
    await client.tombstoneStream(stream);
    expect((await refusal(read(stream))).type).toBe('stream-deleted');
  });

  it('stays readable in $all', async () => {
    const stream = await written();
    const { position } = await client.tombstoneStream(stream);
    const [event] = await collect(client.readAll({ fromPosition: position ?? 'start', maxCount: 1 }));
    expect(event?.event).toMatchObject({ streamId: stream, type: '$streamDeleted', revision: 2n ** 63n - 1n });
  });
});

describe('stream metadata', () => {
  it('comes back as it was set', async () => {
    const stream = await written();
    const metadata = { maxCount: 50, maxAge: 3_600, mine: 'yes' };
    await client.setStreamMetadata(stream, metadata);
    expect((await client.getStreamMetadata(stream)).metadata).toMatchObject(metadata);
    expect((await client.getStreamMetadata(freshStream())).metadata).toBeUndefined();
  });

  it('decides what reads of the stream show', async () => {
    const stream = await written();
    await client.setStreamMetadata(stream, { maxCount: 2 });
    expect(numbers(await read(stream))).toEqual([1, 2]);
    await client.setStreamMetadata(stream, { truncateBefore: 2 });
    expect(numbers(await read(stream))).toEqual([2]);
    await client.appendToStream(stream, happened(3));
    expect(numbers(await read(stream))).toEqual([2, 3]);
  });

  it('is kept when a deleted stream is written again', async () => {
    const stream = await written();
    await client.deleteStream(stream);
    await client.appendToStream(stream, happened(3));
    expect((await client.getStreamMetadata(stream)).metadata).toMatchObject({ truncateBefore: 3 });
  });
});
