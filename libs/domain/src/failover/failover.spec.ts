import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { chooseProvider, hasStandIn } from './provider-choice.policy.js';
import { AUTH_STOP_MS, noteCall, STOP_MS, trialBegun } from './provider-health.policy.js';
import { unseenProvider, type CallVerdict, type ProviderHealth } from './provider-health.state.js';
import { weighSpeeds } from './provider-speed.policy.js';

const GOOD: CallVerdict = { kind: 'good' };
const BAD: CallVerdict = { kind: 'bad' };
const AUTH: CallVerdict = { kind: 'auth' };
const providers = ['one', 'two'] as const;

/** Two providers of a channel, and a clock that only moves when it is told to. */
function channel() {
  const healths = new Map<string, ProviderHealth>(providers.map((key) => [key, unseenProvider]));
  let now = 1_000_000;
  const at = () => now;
  const pick = (draw = 0.5, of: { last?: string; refusedBy?: string } = {}): string => {
    const choice = chooseProvider({ providers, healths, now, draw, ...of });
    if (choice.kind === 'none') return `none for ${choice.waitMs}`;
    if (choice.trial) healths.set(choice.key, trialBegun(healths.get(choice.key)!, now));
    return choice.trial ? `${choice.key} on trial` : choice.key;
  };
  const call = (key: string, verdict: CallVerdict, ms = 100): void => {
    const startedAt = now;
    now += ms;
    const noted = new Map([...healths, [key, noteCall(healths.get(key)!, { verdict, startedAt, endedAt: now })]]);
    for (const [each, health] of weighSpeeds(noted, now)) healths.set(each, health);
  };
  const calls = (key: string, verdict: CallVerdict, count: number, ms?: number): void => {
    for (let i = 0; i < count; i += 1) call(key, verdict, ms);
  };
  const kind = (key: string) => healths.get(key)!.standing.kind;
  return { pick, call, calls, kind, healths, at, wait: (ms: number) => void (now += ms) };
}

/** How many of 100 messages, evenly drawn, a provider is given. */
const shareOf = (pick: (draw: number) => string, key: string): number =>
  Array.from({ length: 100 }, (_, i) => pick((i + 0.5) / 100)).filter((each) => each === key).length;

describe('a provider that fails', () => {
  it('is stopped once as many calls failed as not, and the next takes everything', () => {
    const { pick, calls, kind } = channel();
    calls('one', BAD, 4);
    expect(pick()).toBe('one');
    calls('one', BAD, 1);
    expect(kind('one')).toBe('stopped');
    expect(shareOf(pick, 'two')).toBe(100);
  });

  it('is kept while most of its calls are good', () => {
    const { pick, calls, kind } = channel();
    for (let i = 0; i < 5; i += 1) {
      calls('one', GOOD, 3);
      calls('one', BAD, 1);
    }
    expect(kind('one')).toBe('healthy');
    expect(pick()).toBe('one');
  });

  it('is given one trial when its time is over, and no second while that is under way', () => {
    const { pick, calls, wait } = channel();
    calls('one', BAD, 5);
    wait(STOP_MS - 1);
    expect(pick()).toBe('two');
    wait(1);
    expect(pick()).toBe('one on trial');
    expect(pick()).toBe('two');
    wait(20_000);
    expect(pick()).toBe('one on trial');
  });

  it('is stopped for longer each time its trial fails', () => {
    const { pick, call, calls, wait } = channel();
    calls('one', BAD, 5);
    wait(STOP_MS);
    pick();
    call('one', BAD, 0);
    wait(2 * STOP_MS - 1);
    expect(pick()).toBe('two');
    wait(1);
    expect(pick()).toBe('one on trial');
  });

  it('comes back gradually', () => {
    const { pick, call, calls, kind, wait } = channel();
    calls('one', BAD, 5);
    wait(STOP_MS);
    pick();
    call('one', GOOD);
    const shares: number[] = [];
    while (kind('one') !== 'healthy' && shares.length < 100) {
      shares.push(shareOf(pick, 'one'));
      calls('one', GOOD, 3, 1_000);
    }
    expect(shares).toEqual([10, 20, 40, 80]);
    expect(shareOf(pick, 'one')).toBe(100);
  });

  it('is not judged by calls that began before it was stopped', () => {
    const { healths, calls, at } = channel();
    calls('one', BAD, 5);
    const stopped = healths.get('one')!;
    const call = { startedAt: at() - 5_000, endedAt: at() };
    expect(noteCall(stopped, { verdict: GOOD, ...call })).toEqual(stopped);
    expect(noteCall(stopped, { verdict: BAD, ...call })).toEqual(stopped);
  });

  it('is asked nevertheless where no other is well: the retries say what a message is worth', () => {
    const { pick, calls, wait } = channel();
    calls('two', BAD, 5);
    wait(1_000);
    calls('one', BAD, 5);
    expect(pick()).toBe('two');
  });
});

describe('a provider that refuses our key', () => {
  it('is stopped at once, and nothing but a trial every ten seconds goes there', () => {
    const { pick, call, wait } = channel();
    call('one', AUTH, 0);
    expect(shareOf(pick, 'two')).toBe(100);
    wait(AUTH_STOP_MS);
    expect(pick()).toBe('one on trial');
  });

  it('is not asked although no other is left', () => {
    const { pick, call } = channel();
    call('one', AUTH, 0);
    call('two', AUTH, 0);
    expect(pick()).toBe(`none for ${AUTH_STOP_MS}`);
  });

  it('is stopped no longer for the refusals that were under way', () => {
    const { healths, call, at, wait } = channel();
    call('one', AUTH, 0);
    const stopped = healths.get('one')!;
    wait(3_000);
    expect(noteCall(stopped, { verdict: AUTH, startedAt: at() - 4_000, endedAt: at() })).toEqual(stopped);
  });
});

describe('a provider that has enough', () => {
  it('rests for as long as it asks, while the other sends', () => {
    const { pick, call, wait } = channel();
    call('one', { kind: 'throttled', retryAfterMs: 7_000 }, 0);
    expect(pick()).toBe('two');
    wait(7_000);
    expect(pick()).toBe('one');
  });

  it('is asked although it rests where the other rests longer', () => {
    const { pick, call } = channel();
    call('one', { kind: 'throttled', retryAfterMs: 7_000 }, 0);
    call('two', { kind: 'throttled', retryAfterMs: 9_000 }, 0);
    expect(pick()).toBe('one');
  });
});

describe('a provider that is slow', () => {
  it('is measured against the next by a few messages, and then gives way but for those', () => {
    const { pick, calls, kind } = channel();
    calls('one', GOOD, 5, 4_000);
    expect(shareOf(pick, 'two')).toBe(25);
    calls('two', GOOD, 5, 200);
    expect(kind('one')).toBe('slow');
    expect(shareOf(pick, 'two')).toBe(95);
  });

  it('is not one that answers nothing: that one is stopped, and not left with a share', () => {
    const { calls, kind, healths, at } = channel();
    calls('two', GOOD, 6);
    calls('one', GOOD, 3);
    // Five calls that began together end in silence, one after another.
    const startedAt = at();
    for (let i = 0; i < 5; i += 1) {
      const verdict = { verdict: BAD, startedAt, endedAt: startedAt + 7_000 + i };
      const noted = new Map([...healths, ['one', noteCall(healths.get('one')!, verdict)] as const]);
      for (const [each, health] of weighSpeeds(noted, verdict.endedAt)) healths.set(each, health);
    }
    expect(kind('one')).toBe('stopped');
  });

  it('is not demoted where the other is slow as well', () => {
    const { pick, calls, kind } = channel();
    calls('one', GOOD, 5, 4_000);
    calls('two', GOOD, 5, 3_500);
    expect([kind('one'), kind('two')]).toEqual(['healthy', 'healthy']);
    // The other is looked at again and again: it may be well before this one.
    expect(shareOf(pick, 'one')).toBe(90);
  });

  it('is not demoted for being slower than a very fast one', () => {
    const { calls, kind } = channel();
    calls('two', GOOD, 5, 5);
    calls('one', GOOD, 5, 900);
    expect(kind('one')).toBe('healthy');
  });

  it('comes back gradually once it is fast again, or the other slow', () => {
    for (const [key, ms] of [
      ['one', 300],
      ['two', 3_900],
    ] as const) {
      const { calls, kind } = channel();
      calls('one', GOOD, 5, 4_000);
      calls('two', GOOD, 5, 200);
      expect(kind('one')).toBe('slow');
      calls('one', GOOD, 5, key === 'one' ? ms : 4_000);
      if (key === 'two') calls('two', GOOD, 12, ms);
      expect(kind('one')).toBe('returning');
    }
  });
});

describe('the choice for one message', () => {
  it('stays with who took the one before, as long as that is not stopped', () => {
    const { pick, calls } = channel();
    expect(pick(0.99, { last: 'two' })).toBe('two');
    calls('two', BAD, 5);
    expect(pick(0.99, { last: 'two' })).toBe('one');
  });

  it('does not go back to who refused it while another is well', () => {
    const { pick, call, healths, at } = channel();
    expect(pick(0.5, { refusedBy: 'one' })).toBe('two');
    expect(hasStandIn({ providers, healths, now: at() }, 'one')).toBe(true);
    call('two', AUTH, 0);
    expect(pick(0.5, { refusedBy: 'one' })).toBe('one');
    expect(hasStandIn({ providers, healths, now: at() }, 'one')).toBe(false);
  });

  it('that was refused on one trial makes no other while somebody is well', () => {
    const refuses = noteCall(unseenProvider, { verdict: AUTH, startedAt: 0, endedAt: 1 });
    const healths = new Map([
      ['one', refuses],
      ['two', refuses],
      ['three', unseenProvider],
    ]);
    const choose = (of: { refusedBy?: string; last?: string }, open = healths) =>
      chooseProvider({ providers: [...open.keys()], healths: open, now: 2 * AUTH_STOP_MS, draw: 0.5, ...of });
    expect(choose({})).toEqual({ kind: 'provider', key: 'one', trial: true });
    expect(choose({ refusedBy: 'one' })).toEqual({ kind: 'provider', key: 'three', trial: false });
    expect(choose({ refusedBy: 'one', last: 'two' })).toEqual({ kind: 'provider', key: 'three', trial: false });
    // Where nobody is, trials are all there is.
    healths.delete('three');
    expect(choose({ refusedBy: 'one' })).toEqual({ kind: 'provider', key: 'two', trial: true });
  });

  it('is one of the channel’s providers whatever came before, and never one that refuses our key but on trial', () => {
    const verdict = fc.oneof(
      fc.constantFrom(GOOD, BAD, AUTH),
      fc.record({ kind: fc.constant('throttled' as const), retryAfterMs: fc.nat(60_000) }),
    );
    const step = fc.record({ key: fc.constantFrom(...providers), verdict, ms: fc.nat(12_000), wait: fc.nat(90_000) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (steps, draw) => {
        const { pick, call, wait, healths } = channel();
        for (const { key, verdict: said, ms, wait: pause } of steps) {
          call(key, said, ms);
          wait(pause);
          const chosen = pick(draw);
          const refusing = [...healths].filter(
            ([, { standing }]) => standing.kind === 'stopped' && standing.cause === 'auth',
          );
          if (chosen.startsWith('none')) expect(refusing).toHaveLength(2);
          else expect(refusing.map(([each]) => each)).not.toContain(chosen);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('comes back to the preferred one in the end, whatever came before', () => {
    const verdict = fc.constantFrom(GOOD, BAD, AUTH);
    const step = fc.record({ key: fc.constantFrom(...providers), verdict, ms: fc.nat(12_000) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { pick, call, wait, kind } = channel();
        for (const { key, verdict: said, ms } of steps) call(key, said, ms);
        // From now on all is well, and there is always something to send.
        for (let i = 0; i < 2_000 && !(kind('one') === 'healthy' && pick(0.5) === 'one'); i += 1) {
          const chosen = pick((i % 20) / 20);
          if (!chosen.startsWith('none')) call(chosen.replace(' on trial', ''), GOOD, 100);
          wait(1_000);
        }
        expect(pick(0.5)).toBe('one');
      }),
      { numRuns: 50 },
    );
  });
});
