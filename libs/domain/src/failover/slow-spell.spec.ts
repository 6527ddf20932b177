import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { chooseProvider } from './provider-choice.policy.js';
import { noteCall } from './provider-health.policy.js';
import { unseenProvider, type ProviderHealth } from './provider-health.state.js';
import { weighSpeeds } from './provider-speed.policy.js';

const providers = ['one', 'two'] as const;

/** Even draws from 0 to 1, the same for the same seed. */
function drawsOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Messages at an even rate to two providers, in simulated time: a call is heard of when it ends, others begin meanwhile. */
function traffic({ seed, perSecond }: { seed: number; perSecond: number }) {
  const draw = drawsOf(seed);
  let healths: ReadonlyMap<string, ProviderHealth> = new Map(providers.map((key) => [key, unseenProvider]));
  const open: { key: string; startedAt: number; endedAt: number }[] = [];
  const choices: { key: string; at: number }[] = [];
  const demoted: string[] = [];
  let now = 0;
  const run = (ms: number, takes: Record<string, number>): void => {
    for (const end = now + ms; now < end; now += 1_000 / perSecond) {
      const due = open.filter(({ endedAt }) => endedAt <= now).toSorted((a, b) => a.endedAt - b.endedAt);
      for (const each of due) {
        open.splice(open.indexOf(each), 1);
        const noted = noteCall(healths.get(each.key)!, { verdict: { kind: 'good' }, ...each });
        healths = weighSpeeds(new Map([...healths, [each.key, noted]]), each.endedAt);
        for (const [key, { standing }] of healths) if (standing.kind === 'slow') demoted.push(key);
      }
      const choice = chooseProvider({ providers, healths, now, draw: draw() });
      if (choice.kind === 'none') throw new Error('nobody refuses our key here');
      choices.push({ key: choice.key, at: now });
      open.push({ key: choice.key, startedAt: now, endedAt: now + takes[choice.key]! });
    }
  };
  const shareSince = (since: number, key: string): number => {
    const chosen = choices.filter(({ at }) => at >= since);
    return chosen.filter((each) => each.key === key).length / chosen.length;
  };
  return { run, shareSince, demoted, now: () => now };
}

describe('two providers that were slow alike', () => {
  const numRuns = 20;
  const lives = fc.record({
    seed: fc.nat(),
    perSecond: fc.constantFrom(5, 25),
    slowFor: fc.integer({ min: 20_000, max: 100_000 }),
  });

  it('and one recovers: it has the traffic within 30 s', () => {
    fc.assert(
      fc.property(lives, ({ seed, perSecond, slowFor }) => {
        const { run, shareSince, now } = traffic({ seed, perSecond });
        run(slowFor, { one: 4_000, two: 4_000 });
        run(30_000, { one: 4_000, two: 200 });
        const since = now();
        run(10_000, { one: 4_000, two: 200 });
        expect(shareSince(since, 'two')).toBeGreaterThan(0.7);
      }),
      { numRuns },
    );
  });

  it('and stay so keep their places: few messages are spent on finding out', () => {
    fc.assert(
      fc.property(lives, ({ seed, perSecond, slowFor }) => {
        const { run, shareSince, demoted, now } = traffic({ seed, perSecond });
        run(20_000, { one: 4_000, two: 3_500 });
        const since = now();
        run(slowFor, { one: 4_000, two: 3_500 });
        expect(demoted).toEqual([]);
        expect(shareSince(since, 'two')).toBeLessThan(0.25);
      }),
      { numRuns },
    );
  });

  it('are not measured against each other while the preferred one is fast', () => {
    const { run, shareSince, now } = traffic({ seed: 1, perSecond: 5 });
    run(60_000, { one: 4_000, two: 4_000 });
    run(60_000, { one: 200, two: 4_000 });
    const since = now();
    run(60_000, { one: 200, two: 4_000 });
    expect(shareSince(since, 'one')).toBe(1);
  });
});
