import { describe, expect, it } from '@jest/globals';
import { repairRound } from './repair.round.js';

function stage(everyMs: number) {
  const world = { incarnation: 'a', repaired: 0, fails: false };
  const round = repairRound(
    {
      incarnation: async () => world.incarnation,
      readModel: { suppressions: async () => [], consentWords: async () => consentWords() },
      contacts: { saveContacts: async () => undefined },
      consents: { saveConsents: async () => undefined },
    },
    everyMs,
  );
  const consentWords = (): [] => {
    if (world.fails) throw new Error('database away');
    world.repaired += 1;
    return [];
  };
  return { world, round };
}

describe('the round that repairs what the gate reads', () => {
  it('does so at its start and when another vault answers, and not before its time otherwise', async () => {
    const { world, round } = stage(3_600_000);
    for (let i = 0; i < 3; i += 1) await round();
    expect(world.repaired).toBe(1);
    world.incarnation = 'b';
    for (let i = 0; i < 3; i += 1) await round();
    expect(world.repaired).toBe(2);
  });

  it('does so when its time has come', async () => {
    const { world, round } = stage(0);
    for (let i = 0; i < 3; i += 1) await round();
    expect(world.repaired).toBe(3);
  });

  it('tries again what failed', async () => {
    const { world, round } = stage(3_600_000);
    world.fails = true;
    await expect(round()).rejects.toThrow('database away');
    world.fails = false;
    await round();
    expect(world.repaired).toBe(1);
  });
});
