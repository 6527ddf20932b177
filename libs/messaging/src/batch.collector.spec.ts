import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Collector, CollectorError, fulfilled, rejected, type Settled } from './batch.collector.js';

/** Timers that fire when told to. */
function manualTimers() {
  const linger = new Set<() => void>();
  const turns = new Set<() => void>();
  const put = (set: Set<() => void>, run: () => void) => (set.add(run), () => void set.delete(run));
  const fire = (set: Set<() => void>) => {
    for (const run of [...set]) if (set.delete(run)) run();
  };
  const timers = {
    after: (_ms: number, run: () => void) => put(linger, run),
    turn: (run: () => void) => put(turns, run),
  };
  return {
    timers,
    passLinger: () => fire(linger),
    passTurn: () => fire(turns),
    pending: () => linger.size + turns.size,
  };
}

interface OpenFlush {
  readonly items: readonly number[];
  readonly end: (how: 'each' | 'reject' | 'short') => void;
}

/** A collector whose flushes stay open until the test ends them. Odd items are rejected one by one. */
function underTest(options: { maxBatch: number; maxConcurrent: number }) {
  const open: OpenFlush[] = [];
  const batches: (readonly number[])[] = [];
  const clock = manualTimers();
  const flush = (items: readonly number[]) =>
    new Promise<Settled<string>[]>((resolve, reject) => {
      batches.push(items);
      const answer = (item: number) => (item % 2 === 0 ? fulfilled(`ok ${item}`) : rejected(new Error(`no ${item}`)));
      const ends = {
        each: () => resolve(items.map(answer)),
        reject: () => reject(new Error('down')),
        short: () => resolve([]),
      };
      open.push({ items, end: (how) => ends[how]() });
    });
  const collector = new Collector<number, string>({ ...options, flush, timers: clock.timers });
  const answers = new Map<number, string[]>();
  const add = (item: number) => {
    answers.set(item, []);
    const note = (text: string) => void answers.get(item)?.push(text);
    collector.add(item).then(note, (error: Error) => note(error.message));
  };
  return { collector, clock, open, batches, answers, add };
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('Collector', () => {
  it('answers every item exactly once, in order, never more than maxBatch or maxConcurrent, whatever happens', async () => {
    const steps = fc.array(
      fc.oneof(
        { weight: 5, arbitrary: fc.record({ do: fc.constant('add' as const), count: fc.integer({ min: 1, max: 7 }) }) },
        fc.record({ do: fc.constant('linger' as const) }),
        fc.record({ do: fc.constant('turn' as const) }),
        {
          weight: 2,
          arbitrary: fc.record({
            do: fc.constant('end' as const),
            how: fc.constantFrom('each' as const, 'reject' as const, 'short' as const),
          }),
        },
      ),
      { maxLength: 40 },
    );
    const limits = fc.record({
      maxBatch: fc.integer({ min: 1, max: 5 }),
      maxConcurrent: fc.integer({ min: 1, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(limits, steps, async (limit, plan) => {
        const { collector, clock, open, batches, answers, add } = underTest(limit);
        const ended = new Map<number, string>();
        const endOne = async (how: 'each' | 'reject' | 'short') => {
          const flush = open.shift();
          for (const item of flush?.items ?? []) ended.set(item, how);
          flush?.end(how);
          await settle();
        };
        let next = 0;
        for (const step of plan) {
          if (step.do === 'add') for (let i = 0; i < step.count; i += 1) add(next++);
          else if (step.do === 'linger') clock.passLinger();
          else if (step.do === 'turn') clock.passTurn();
          else await endOne(step.how);
          expect(open.length).toBeLessThanOrEqual(limit.maxConcurrent);
        }
        let drained = false;
        void collector.drain().then(() => (drained = true));
        for (let rounds = 0; rounds <= next && open.length > 0; rounds += 1) await endOne('each');
        await settle();
        expect(drained).toBe(true);
        expect(clock.pending()).toBe(0);
        expect(batches.flat()).toEqual([...Array(next).keys()]);
        expect(Math.max(0, ...batches.map((batch) => batch.length))).toBeLessThanOrEqual(limit.maxBatch);
        for (const [item, texts] of answers) expect(texts).toEqual([expectedAnswer(item, ended.get(item))]);
      }),
      { numRuns: 150 },
    );
  });

  const expectedAnswer = (item: number, how: string | undefined) => {
    if (how === 'reject') return 'down';
    if (how === 'short') return expect.stringContaining('answered 0');
    return item % 2 === 0 ? `ok ${item}` : `no ${item}`;
  };

  it('flushes at once when full, and else when a turn brought nothing or the oldest waited long enough', () => {
    const { clock, batches, add } = underTest({ maxBatch: 3, maxConcurrent: 9 });
    [0, 1, 2].forEach(add);
    expect(batches).toEqual([[0, 1, 2]]);
    add(3);
    expect(batches).toHaveLength(1);
    clock.passTurn();
    expect(batches).toEqual([[0, 1, 2], [3]]);
    [4, 5].forEach(add);
    clock.passLinger();
    expect(batches).toEqual([[0, 1, 2], [3], [4, 5]]);
  });

  it('fills the next batch while one is worked on', async () => {
    const { open, batches, add } = underTest({ maxBatch: 100, maxConcurrent: 1 });
    for (let item = 0; item < 100; item += 1) add(item);
    for (let item = 100; item < 130; item += 1) add(item);
    expect(batches).toHaveLength(1);
    open.shift()?.end('each');
    await settle();
    expect(batches.map((batch) => batch.length)).toEqual([100, 30]);
  });

  it('works with the real clock', async () => {
    const collector = new Collector<number, number>({
      flush: (items) => Promise.resolve(items.map((item) => fulfilled(item * items.length))),
    });
    expect(await Promise.all([1, 2, 3].map((item) => collector.add(item)))).toEqual([3, 6, 9]);
    await collector.drain();
  });

  it('rejects all items of a flush that answers too few', async () => {
    const collector = new Collector<number, number>({ flush: () => Promise.resolve([]) });
    await expect(collector.add(1)).rejects.toThrow(CollectorError);
  });

  it('refuses limits that make no sense', () => {
    const flush = () => Promise.resolve([]);
    expect(() => new Collector({ flush, lingerMs: 6 })).toThrow(RangeError);
    expect(() => new Collector({ flush, maxBatch: 0 })).toThrow(RangeError);
  });
});
