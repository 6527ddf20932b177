import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MemoryStorage } from '../storage/memory.storage.js';
import { CommittedTail } from './committed-tail.feed.js';
import { newEvent } from './events.fixture.js';
import { LogReader } from './log.reader.js';
import { LogWriter } from './log.writer.js';
import type { StoredEvent } from './stored-event.model.js';
import { StreamTails } from './stream-tails.cache.js';

async function place(tailBytes = 8_000_000, now = () => 1_000_000) {
  const storage = new MemoryStorage();
  const feed = new CommittedTail(await storage.open(() => {}), tailBytes);
  const tails = new StreamTails(storage);
  const use = { storage, tails, feed, now };
  const writer = new LogWriter({ ...use, onFenced: () => {} });
  const append = (stream: string, count: number, data = '{}') =>
    writer.submit({
      kind: 'append',
      stream,
      expected: 'any',
      events: Array.from({ length: count }, () => newEvent({ data: Buffer.from(data) })),
    });
  return { storage, feed, writer, reader: new LogReader(use), append, use };
}

const collect = async (pages: AsyncIterable<StoredEvent[]>) => {
  const events: StoredEvent[] = [];
  for await (const page of pages) events.push(...page);
  return events;
};

/** Takes events until there are as many as wanted. */
async function take(pages: AsyncGenerator<StoredEvent[] | 'caught-up' | 'deleted'>, count: number) {
  const events: StoredEvent[] = [];
  while (events.length < count) {
    const { value } = await pages.next();
    if (Array.isArray(value)) events.push(...value);
  }
  return events;
}

describe('following', () => {
  it('has no gap and no repeat, however small the tail in memory and wherever it begins', async () => {
    const scenario = fc.record({
      before: fc.integer({ min: 0, max: 30 }),
      during: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 }),
      tailBytes: fc.constantFrom(0, 300, 2_000, 1_000_000),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ before, during, tailBytes }) => {
        const { append, reader, storage } = await place(tailBytes);
        if (before > 0) await append('s', before);
        const total = before + during.reduce((sum, n) => sum + n, 0);
        const { signal } = new AbortController();
        const all = take(reader.followAll('start', signal), total);
        const one = take(reader.followStream('s', 'start', signal), total);
        for (const count of during) await append('s', count);
        const stored = await storage.readAll({ from: 0n, direction: 'forwards', limit: 9_999 });
        expect((await all).map(({ id }) => id)).toEqual(stored.map(({ id }) => id));
        expect((await one).map(({ id }) => id)).toEqual(stored.map(({ id }) => id));
      }),
      { numRuns: 60 },
    );
  });

  it('says once that it caught up, and ends when its caller is gone', async () => {
    const { append, reader } = await place();
    await append('s', 2);
    const gone = new AbortController();
    const heard: string[] = [];
    const follow = (async () => {
      for await (const page of reader.followAll('start', gone.signal)) {
        heard.push(page === 'caught-up' ? page : `${page.length}`);
        if (page === 'caught-up') void append('s', 1);
        else if (page.length === 1) gone.abort();
      }
    })();
    await follow;
    expect(heard).toEqual(['2', 'caught-up', '1']);
  });

  it('tells the follower of a stream that it was tombstoned', async () => {
    const { append, reader, writer } = await place();
    await append('s', 1);
    const pages = reader.followStream('s', 'end', new AbortController().signal);
    expect((await pages.next()).value).toBe('caught-up');
    const next = pages.next();
    await writer.submit({ kind: 'tombstone', stream: 's', expected: 'any' });
    expect((await next).value).toBe('deleted');
  });
});

describe('reading a stream', () => {
  const revisions = async (
    p: Awaited<ReturnType<typeof place>>,
    direction: 'forwards' | 'backwards',
    from: bigint | 'start' | 'end',
  ) => {
    const state = await p.reader.state('s');
    const events = await collect(p.reader.streamPages('s', { from, direction, count: 1_000n, state }));
    return events.map(({ revision }) => Number(revision));
  };

  it('goes through many pages', async () => {
    const p = await place();
    await p.append('s', 1_234);
    expect((await revisions(p, 'forwards', 'start')).length).toBe(1_234);
    expect((await revisions(p, 'backwards', 'end')).at(-1)).toBe(0);
    expect(await revisions(p, 'forwards', 'end')).toEqual([]);
    expect(await revisions(p, 'backwards', 'start')).toEqual([0]);
    expect(await revisions(p, 'forwards', 1_233n)).toEqual([1_233]);
    expect(await revisions(p, 'backwards', 1n)).toEqual([1, 0]);
  });

  it('shows what $tb, $maxCount and $maxAge leave', async () => {
    let clock = 1_000_000;
    const p = await place(0, () => clock);
    const describeAs = (data: string) =>
      p.writer.submit({
        kind: 'append',
        stream: '$$s',
        expected: 'any',
        events: [newEvent({ type: '$metadata', data: Buffer.from(data) })],
      });
    await p.append('s', 5);
    await describeAs('{"$tb":3}');
    expect(await revisions(p, 'forwards', 'start')).toEqual([3, 4]);
    expect(await revisions(p, 'backwards', 'end')).toEqual([4, 3]);
    await describeAs('{"$maxCount":1}');
    expect(await revisions(p, 'forwards', 'start')).toEqual([4]);
    await describeAs('{"$maxAge":10}');
    clock += 11_000;
    await p.append('s', 1);
    expect(await revisions(p, 'forwards', 'start')).toEqual([5]);
  });
});
