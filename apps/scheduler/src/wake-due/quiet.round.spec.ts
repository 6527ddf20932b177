import { describe, expect, it } from '@jest/globals';
import type { TimetableRow } from '@homing/read-model';
import { quietRound } from './quiet.round.js';
import type { WakeRound } from './wake.round.js';

const nothing: WakeRound = { dispatched: 0, expired: 0, followed: 0, lookedUp: 0, assumed: 0, more: false };

/** What each call does, in order: `ask` for the small question, `wake` for a round. */
function setUp(rounds: readonly WakeRound[], due: readonly boolean[] = []) {
  const calls: string[] = [];
  const [found, answers] = [rounds.values(), due.values()];
  const round = quietRound({
    readModel: {
      dueEntries: ({ limit }) => {
        calls.push('ask');
        return Promise.resolve(answers.next().value ? [{} as TimetableRow].slice(0, limit) : []);
      },
    },
    wake: () => {
      calls.push('wake');
      return Promise.resolve(found.next().value ?? nothing);
    },
    now: () => new Date(0),
  });
  return { calls, round };
}

describe('quietRound', () => {
  it('wakes at once at first, and asks only the small question while nothing is due', async () => {
    const { calls, round } = setUp([nothing]);
    for (let n = 0; n < 3; n += 1) expect(await round()).toBe(false);
    expect(calls).toEqual(['wake', 'ask', 'ask']);
  });

  it('wakes again as soon as something is due, and asks nothing first while there is work', async () => {
    const { calls, round } = setUp([nothing, { ...nothing, lookedUp: 1 }, { ...nothing, more: true }], [false, true]);
    await round();
    await round();
    await round();
    expect(await round()).toBe(true);
    await round();
    expect(calls).toEqual(['wake', 'ask', 'ask', 'wake', 'wake', 'wake']);
  });

  it('goes on asking when a round fails', async () => {
    let fails = true;
    const wake = () => (fails ? Promise.reject(new Error('down')) : Promise.resolve(nothing));
    const round = quietRound({ readModel: { dueEntries: () => Promise.resolve([]) }, wake, now: () => new Date(0) });
    await expect(round()).rejects.toThrow('down');
    await expect(round()).rejects.toThrow('down');
    fails = false;
    expect(await round()).toBe(false);
  });
});
