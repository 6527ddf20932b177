import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { driftOf, looksAdrift, nanosOf } from './adrift.consumer.js';

const consumer = (delivered: number, ackFloor = delivered, ackPending = 0) => ({ delivered, ackFloor, ackPending });

describe('driftOf', () => {
  it.each([
    ['a new consumer of a new stream', consumer(0), { last: 0 }, undefined],
    ['everything done, the queue empty', consumer(25), { last: 25 }, undefined],
    ['a message not given yet', consumer(25), { last: 26, oldest: 26 }, undefined],
    ['the oldest given and not acknowledged', consumer(25, 20, 3), { last: 30, oldest: 21 }, undefined],
    ['sequences that began anew', consumer(25), { last: 0 }, 'beyond'],
    ['sequences that began anew, something stored since', consumer(25), { last: 7, oldest: 1 }, 'beyond'],
    ['a stream grown past it since', consumer(25), { last: 40, oldest: 3 }, 'passed_over'],
    ['the same with something on its way', consumer(25, 20, 3), { last: 40, oldest: 20 }, 'passed_over'],
    [
      'between what it gave and what it knows acknowledged, nothing on its way',
      consumer(25, 20, 0),
      { last: 40, oldest: 23 },
      'passed_over',
    ],
    ['a stream that is no queue holds what is acknowledged', consumer(25), { last: 40 }, undefined],
  ])('%s', (_what, of, stream, drift) => {
    expect(driftOf(of, stream)).toBe(drift);
  });

  // A queue and its consumer by the rules of JetStream: messages are given in order, acknowledged in any, removed when acknowledged.
  const life = fc.array(fc.tuple(fc.constantFrom('store', 'give', 'ack'), fc.nat(20)), { maxLength: 120 });

  interface Queue {
    last: number;
    held: Set<number>;
    delivered: number;
    pending: Set<number>;
  }
  const live = (queue: Queue, steps: readonly (readonly [string, number])[]): Queue => {
    for (const [step, n] of steps) {
      if (step === 'store') queue.held.add((queue.last += 1));
      if (step === 'give' && queue.delivered < queue.last) queue.pending.add((queue.delivered += 1));
      const acked = step === 'ack' ? [...queue.pending][n % Math.max(1, queue.pending.size)] : undefined;
      if (acked !== undefined) {
        queue.pending.delete(acked);
        queue.held.delete(acked);
      }
    }
    return queue;
  };
  const born = (): Queue => ({ last: 0, held: new Set(), delivered: 0, pending: new Set() });
  const seen = ({ last, held, delivered, pending }: Queue) =>
    driftOf(
      { delivered, ackFloor: Math.min(delivered, ...[...pending].map((seq) => seq - 1)), ackPending: pending.size },
      { last, oldest: held.size > 0 ? Math.min(...held) : undefined },
    );

  it('finds nothing in a queue that lost nothing', () => {
    fc.assert(fc.property(life, (steps) => expect(seen(live(born(), steps))).toBeUndefined()));
  });

  it('finds a queue that began anew while its consumer, done with everything, did not', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 80 }), (done, since) => {
        const held = new Set(Array.from({ length: since }, (_, i) => i + 1));
        expect(seen({ last: since, held, delivered: done, pending: new Set() })).toBeDefined();
      }),
    );
  });
});

describe('looksAdrift', () => {
  interface Look {
    readonly last: number;
    readonly oldest?: number;
  }
  // A consumer that has given and seen acknowledged 25; the queue as each look finds it, the last for good.
  const looking = (looks: readonly Look[]) => {
    let now: Look = { last: 0 };
    let taken = 0;
    const state = () => ({ last_seq: now.last, messages: now.oldest === undefined ? 0 : 1 });
    const manager = {
      consumers: {
        info: () => {
          now = looks[Math.min(taken++, looks.length - 1)] ?? now;
          const at = { stream_seq: 25, consumer_seq: 25 };
          return Promise.resolve({ delivered: at, ack_floor: at, num_ack_pending: 0 });
        },
      },
      streams: {
        info: () => Promise.resolve({ state: state(), config: { retention: 'workqueue' } }),
        getMessage: () => Promise.resolve({ seq: now.oldest }),
      },
    } as unknown as Parameters<typeof looksAdrift>[0];
    return looksAdrift(manager, { stream: 'S', durable: 'd', subject: 's' });
  };

  it.each([
    ['sequences that began anew', [{ last: 0 }], true],
    ['and the stream grows while it is looked at', [{ last: 0 }, { last: 3, oldest: 1 }, { last: 9, oldest: 1 }], true],
    ['and grows past it', [{ last: 0 }, { last: 30, oldest: 2 }], true],
    ['one passed over, for good', [{ last: 30, oldest: 7 }], true],
    ['acknowledged, not removed yet', [{ last: 30, oldest: 7 }, { last: 30 }], false],
    [
      'one after another acknowledged and not removed yet',
      [
        { last: 30, oldest: 7 },
        { last: 30, oldest: 8 },
      ],
      false,
    ],
    ['nothing', [{ last: 25 }], false],
  ])('%s', async (_what, looks, adrift) => {
    expect(await looking(looks)).toBe(adrift);
  });
});

it('nanosOf reads every length of a fraction', () => {
  const second = 1_763_754_344_000_000_000n;
  expect(nanosOf('2025-11-21T19:45:44Z')).toBe(second);
  expect(nanosOf('2025-11-21T19:45:44.2Z')).toBe(second + 200_000_000n);
  expect(nanosOf('2025-11-21T19:45:44.212306682Z')).toBe(second + 212_306_682n);
});
