import { describe, expect, it } from '@jest/globals';
import type { TimelineRow } from '@homing/read-model';
import { type FeedParts, tenantFeed } from './tenant.feed.js';

const never = 1_000_000;

/** A feed over a list, as the read model would answer. */
function source(positions: number[]) {
  const listeners = new Set<() => void>();
  const parts: FeedParts = {
    queries: {
      currentPosition: async () => BigInt(positions.at(-1) ?? 0),
      feedAfter: async ({ afterPosition, limit }) =>
        positions
          .filter((p) => BigInt(p) > afterPosition)
          .slice(0, limit)
          .map((p) => ({ position: BigInt(p) }) as TimelineRow),
    },
    bus: {
      onPoke: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
  };
  const append = (...more: number[]): void => {
    positions.push(...more);
    for (const wake of listeners) wake();
  };
  return { parts, append, listeners };
}

const take = async (feed: AsyncGenerator<readonly TimelineRow[]>, count: number): Promise<number[]> => {
  const seen: number[] = [];
  while (seen.length < count)
    seen.push(...((await feed.next()).value as TimelineRow[]).map((row) => Number(row.position)));
  return seen;
};

describe('tenantFeed', () => {
  it('gives every row once and in order, however it is poked while it is busy', async () => {
    const { parts, append } = source([1, 2]);
    const feed = tenantFeed(parts, { tenantId: 't', after: 0n, signal: new AbortController().signal, pollMs: never });
    expect(await take(feed, 2)).toEqual([1, 2]);
    // Appended after the batch was taken and before the next is asked for: the poke must not be lost.
    append(3);
    append(5, 6);
    expect(await take(feed, 3)).toEqual([3, 5, 6]);
    const next = take(feed, 1);
    append(9);
    expect(await next).toEqual([9]);
    await feed.return(undefined);
  });

  it('reads on without a pause while there is more than one batch', async () => {
    const { parts } = source(Array.from({ length: 450 }, (_, i) => i + 1));
    const feed = tenantFeed(parts, { tenantId: 't', after: 0n, signal: new AbortController().signal, pollMs: never });
    expect(await take(feed, 450)).toEqual(Array.from({ length: 450 }, (_, i) => i + 1));
    await feed.return(undefined);
  });

  it('begins now when no place is named', async () => {
    const { parts, append } = source([1, 2, 3]);
    const feed = tenantFeed(parts, { tenantId: 't', signal: new AbortController().signal, pollMs: never });
    const next = take(feed, 1);
    await Promise.resolve();
    append(4);
    expect(await next).toEqual([4]);
    await feed.return(undefined);
  });

  it('looks by itself when nobody pokes', async () => {
    const { parts, listeners } = source([]);
    const positions: number[] = [];
    const asked: bigint[] = [];
    const queries: FeedParts['queries'] = {
      currentPosition: async () => 0n,
      feedAfter: async ({ afterPosition }) => {
        asked.push(afterPosition);
        if (asked.length === 3) positions.push(7);
        return positions.map((p) => ({ position: BigInt(p) }) as TimelineRow);
      },
    };
    const feed = tenantFeed(
      { ...parts, queries },
      { tenantId: 't', after: 0n, signal: new AbortController().signal, pollMs: 1 },
    );
    expect(await take(feed, 1)).toEqual([7]);
    expect(asked).toEqual([0n, 0n, 0n]);
    await feed.return(undefined);
    expect(listeners.size).toBe(0);
  });

  it('ends when it is told to, and lets go of the bus', async () => {
    const { parts, listeners } = source([]);
    const end = new AbortController();
    const feed = tenantFeed(parts, { tenantId: 't', after: 0n, signal: end.signal, pollMs: never });
    const next = feed.next();
    end.abort();
    expect(await next).toEqual({ value: undefined, done: true });
    expect(listeners.size).toBe(0);
  });
});
