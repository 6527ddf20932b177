import { describe, expect, it } from '@jest/globals';
import type { ProviderInbound } from '@homing/contracts';
import { ParkedRound, type ParkedParts } from './parked.round.js';

const message = (eventDigest: string): ProviderInbound => ({
  ...{ provider: 'twilio', channel: 'sms', kind: 'message', eventDigest, receivedAt: 'r', sealed: 's' },
});

function stage({ failing = [] as string[] } = {}) {
  const rows = new Map<string, { position: bigint; takenUntil: number }>();
  const state = { clock: 0, projected: 0n, head: 10n };
  const settled: string[] = [];
  const park: ParkedParts['park'] = {
    take: async ({ position, limit, now, until }) => {
      const free = [...rows].filter(([, row]) => row.position <= position && row.takenUntil <= Date.parse(now));
      return free.slice(0, limit).map(([digest, row]) => ((row.takenUntil = Date.parse(until)), message(digest)));
    },
    remove: async ({ eventDigest }) => void rows.delete(eventDigest),
    count: async () => rows.size,
  };
  const parts: ParkedParts = {
    park,
    currentPosition: async () => state.projected,
    headPosition: async () => state.head,
    settle: async ({ eventDigest }) => {
      if (failing.includes(eventDigest)) throw new Error('store away');
      settled.push(eventDigest);
    },
    now: () => state.clock,
  };
  const wait = (digest: string, position: bigint) => rows.set(digest, { position, takenUntil: 0 });
  return { round: () => new ParkedRound(parts), wait, state, settled, rows, failing };
}

describe('what was parked while the projection was away', () => {
  it('waits until that has come to where it arrived, and is settled once', async () => {
    const { round, wait, state, settled, rows } = stage();
    wait('a', 3n);
    wait('b', 5n);
    await round().run();
    expect(settled).toEqual([]);
    state.projected = 4n;
    await round().run();
    expect(settled).toEqual(['a']);
    state.projected = 5n;
    await Promise.all([round().run(), round().run()]);
    expect([settled, rows.size]).toEqual([['a', 'b'], 0]);
  });

  it('is settled by a projection that knows everything, also where the store ends before it', async () => {
    const { round, wait, state, settled } = stage();
    wait('a', 99n);
    state.projected = state.head;
    await round().run();
    expect(settled).toEqual(['a']);
  });

  it('and cannot be settled now stays for later, and holds up nothing behind it', async () => {
    const { round, wait, state, settled, failing, rows } = stage({ failing: ['a'] });
    wait('a', 1n);
    wait('b', 1n);
    state.projected = 1n;
    await expect(round().run()).rejects.toThrow('store away');
    expect([settled, [...rows.keys()]]).toEqual([['b'], ['a']]);
    failing.length = 0;
    await round().run();
    expect(settled).toEqual(['b']);
    state.clock = 60_000;
    await round().run();
    expect(settled).toEqual(['b', 'a']);
  });
});
