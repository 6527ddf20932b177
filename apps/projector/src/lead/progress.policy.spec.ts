import { describe, expect, it } from '@jest/globals';
import { stalledFor, standing, type Look } from './progress.policy.js';

const look = (at: number, position: bigint, behind: boolean): Look => ({ at, position, behind });
const after = (...looks: Look[]) => looks.reduce<ReturnType<typeof standing> | undefined>(standing, undefined)!;

describe('a reader that does not move', () => {
  it('stalls from when there was more to read, however long it had nothing to do before', () => {
    const stands = after(look(0, 5n, false), look(3_600_000, 5n, false), look(3_602_000, 5n, true));
    expect(stalledFor(stands, 3_604_000)).toBe(2_000);
  });

  it('does not stall while it moves, however far it is behind', () => {
    expect(stalledFor(after(look(0, 5n, true), look(9, 6n, true), look(18, 7n, true)), 18)).toBe(0);
  });

  it('does not stall when it has nothing to read', () => {
    expect(stalledFor(after(look(0, 5n, true), look(20, 5n, false)), 90)).toBe(0);
  });

  it('begins anew with each move', () => {
    const stands = after(look(0, 5n, true), look(20, 5n, true), look(30, 6n, true), look(40, 6n, true));
    expect(stalledFor(stands, 50)).toBe(20);
  });
});
