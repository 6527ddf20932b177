import { randomUUID } from 'node:crypto';
import {
  type AppendExpectedRevision,
  binaryEvent,
  type EventStoreDBClient,
  jsonEvent,
  type MaxAppendSizeExceededError,
  type WrongExpectedVersionError,
} from '@eventstore/db-client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  collect,
  freshStream,
  full,
  happened,
  many,
  type Node,
  numbers,
  refusal,
  testNode,
  UNARY,
} from './node.fixture.js';

let node: Node;
let client: EventStoreDBClient;
beforeAll(async () => {
  node = await testNode();
  client = node.connect();
});
afterAll(() => node.stop());

describe.each([
  ['over the shared duplex call', {}],
  ['over the unary call', UNARY],
])('an append %s', (_path, path) => {
  const append = (stream: string, events: ReturnType<typeof happened>[], expectedRevision: AppendExpectedRevision) =>
    client.appendToStream(stream, events, { expectedRevision, ...path });

  it('to a new stream starts at 0 and gives a place in the log', async () => {
    const stream = freshStream();
    const first = await append(stream, many(2), 'no_stream');
    expect(first).toMatchObject({ success: true, nextExpectedRevision: 1n });
    const second = await append(stream, [happened(2)], 1n);
    expect(second.nextExpectedRevision).toBe(2n);
    expect(first.position?.commit).toBeGreaterThan(0n);
    expect(second.position?.commit).toBeGreaterThan((first.position?.commit ?? 0n) + 1n);
    expect(numbers(await collect(client.readStream(stream)))).toEqual([0, 1, 2]);
  });

  it.each<[AppendExpectedRevision, number]>([
    ['any', 0],
    ['any', 2],
    ['no_stream', 0],
    ['stream_exists', 2],
    [1n, 2],
  ])('that expects %s succeeds on a stream of %i events', async (expected, length) => {
    const stream = freshStream();
    if (length > 0) await append(stream, many(length), 'no_stream');
    const { nextExpectedRevision } = await append(stream, [happened(9)], expected);
    expect(nextExpectedRevision).toBe(BigInt(length));
  });

  it.each<[AppendExpectedRevision, number, bigint | 'no_stream']>([
    ['no_stream', 2, 1n],
    ['stream_exists', 0, 'no_stream'],
    [0n, 2, 1n],
    [5n, 2, 1n],
    [0n, 0, 'no_stream'],
  ])(
    'that expects %s conflicts on a stream of %i events and names the actual version',
    async (expected, length, actual) => {
      const stream = freshStream();
      if (length > 0) await append(stream, many(length), 'no_stream');
      const conflict = await refusal<WrongExpectedVersionError>(append(stream, [happened(9)], expected));
      expect(conflict).toMatchObject({
        type: 'wrong-expected-version',
        streamName: stream,
        expectedVersion: expected,
        actualVersion: actual,
      });
      const stored = length === 0 ? [] : await collect(client.readStream(stream));
      expect(stored.length).toBe(length);
    },
  );

  it('repeated with the same ids at the same revision succeeds with the original place, and stores nothing', async () => {
    const stream = freshStream();
    const events = many(3).map((event) => ({ ...event, id: randomUUID() }));
    const first = await append(stream, events, 'no_stream');
    await append(stream, many(2, 3), 2n);
    expect(await append(stream, events, 'no_stream')).toEqual(first);
    const tail = await append(stream, events.slice(1), 0n);
    expect(tail).toEqual(first);
    expect(numbers(await collect(client.readStream(stream)))).toEqual([0, 1, 2, 3, 4]);
  });

  it('repeated with any is recognised while the ids are fresh', async () => {
    const stream = freshStream();
    const event = happened(1, { id: randomUUID() });
    const first = await append(stream, [event], 'any');
    await append(stream, [happened(2)], 'any');
    expect(await append(stream, [event], 'any')).toEqual(first);
    expect(numbers(await collect(client.readStream(stream)))).toEqual([1, 2]);
  });

  it('at an old revision with other ids, or with only some the same, is a conflict', async () => {
    const stream = freshStream();
    const events = many(2).map((event) => ({ ...event, id: randomUUID() }));
    await append(stream, events, 'no_stream');
    for (const other of [[happened(7)], [...events.slice(0, 1), happened(8)], [...events, happened(9)]]) {
      expect((await refusal(append(stream, other, 'no_stream'))).type).toBe('wrong-expected-version');
    }
    expect(numbers(await collect(client.readStream(stream)))).toEqual([0, 1]);
  });

  it('compares ids whatever their case', async () => {
    const stream = freshStream();
    const id = randomUUID();
    const first = await append(stream, [happened(1, { id })], 'no_stream');
    expect(await append(stream, [happened(1, { id: id.toUpperCase() })], 'no_stream')).toEqual(first);
  });

  it('keeps every byte, type, metadata and id, under any stream name', async () => {
    const stream = `${freshStream('größe "日本" \\ {a,b}')} ✓`;
    const bytes = Uint8Array.from({ length: 256 }, (_, n) => n);
    const binary = binaryEvent({ type: "it's binary", data: bytes, metadata: bytes });
    const json = jsonEvent({
      type: 'typ-ü',
      data: { text: 'ß\u0000\u2028', big: 2 ** 40 },
      metadata: { cause: 'none' },
    });
    await client.appendToStream(stream, [binary, json], { expectedRevision: 'no_stream', ...path });
    const [first, second] = (await collect(client.readStream(stream))).map(({ event }) => event);
    expect(first).toMatchObject({ streamId: stream, id: binary.id, type: "it's binary", isJson: false });
    expect(Buffer.from(first?.data as Uint8Array)).toEqual(Buffer.from(bytes));
    expect(Buffer.from(first?.metadata as Uint8Array)).toEqual(Buffer.from(bytes));
    expect(second).toMatchObject({ type: 'typ-ü', isJson: true, data: json.data, metadata: { cause: 'none' } });
    expect(Math.abs((second?.created.getTime() ?? 0) - Date.now())).toBeLessThan(3_600_000);
    expect((second?.created.getTime() ?? 0) % 1).toBe(0);
  });

  it('above 1 MiB is refused whole, just below it is stored', async () => {
    const stream = freshStream();
    const large = (size: number) => happened(1, { text: 'x'.repeat(size) });
    const tooLarge = await refusal<MaxAppendSizeExceededError>(append(stream, [happened(0), large(1_100_000)], 'any'));
    expect(tooLarge).toMatchObject({ type: 'maximum-append-size-exceeded', maxAppendSize: 1_048_576 });
    const inParts = await refusal(
      append(
        stream,
        many(12).map((event, n) => ({ ...large(100_000), id: event.id, n })),
        'any',
      ),
    );
    expect(inParts.type).toBe('maximum-append-size-exceeded');
    await append(stream, [large(900_000)], 'no_stream');
    const [stored] = await collect(client.readStream(stream));
    expect((stored?.event?.data as { text: string }).text.length).toBe(900_000);
  });

  it('has exactly one winner among many at the same revision', async () => {
    const stream = freshStream();
    const attempts = await Promise.allSettled(many(24).map((event) => append(stream, [event], 'no_stream')));
    expect(attempts.filter(({ status }) => status === 'fulfilled').length).toBe(1);
    expect((await collect(client.readStream(stream))).length).toBe(1);
  });

  it('works 200 times at once on a fresh connection', async () => {
    const fresh = node.connect();
    const stream = freshStream();
    const results = await Promise.all(many(200).map((event) => fresh.appendToStream(stream, event, path)));
    const revisions = results.map(({ nextExpectedRevision }) => Number(nextExpectedRevision)).sort((a, b) => a - b);
    expect(revisions).toEqual(many(200).map((_, n) => n));
  });
});

describe('many events', () => {
  it('arrive in order and complete, in appends of many', async () => {
    const stream = freshStream();
    const count = full ? 10_000 : 3_000;
    const size = 500;
    for (let n = 0; n < count; n += size) {
      const expectedRevision = n === 0 ? ('no_stream' as const) : BigInt(n - 1);
      await client.appendToStream(stream, many(size, n), { expectedRevision });
    }
    const events = await collect(client.readStream(stream));
    expect(numbers(events)).toEqual(many(count).map((_, n) => n));
    expect(events.map(({ event }) => Number(event?.revision))).toEqual(many(count).map((_, n) => n));
  });

  it('of 900 kB each come back whole', async () => {
    const stream = freshStream();
    const count = full ? 60 : 12;
    const texts = Array.from({ length: count }, (_, n) => String.fromCharCode(97 + (n % 26)).repeat(900_000));
    for (const [n, text] of texts.entries()) await client.appendToStream(stream, happened(n, { text }));
    const read = await collect(client.readStream(stream, { direction: 'backwards', fromRevision: 'end' }));
    expect(numbers(read)).toEqual(texts.map((_, n) => count - 1 - n));
    for (const { event } of read) {
      const { n, text } = event?.data as { n: number; text: string };
      expect(text === texts[n]).toBe(true);
    }
  });
});
