import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { countDeath, defaultRestartPolicy as policy, restartPause } from './restart.policy.js';

describe('restartPause', () => {
  it('begins small, never shrinks with more deaths, never passes the longest', () => {
    expect(restartPause(policy, 1)).toBe(policy.firstMs);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), (deaths) => {
        expect(restartPause(policy, deaths + 1)).toBeGreaterThanOrEqual(restartPause(policy, deaths));
        expect(restartPause(policy, deaths)).toBeLessThanOrEqual(policy.maxMs);
      }),
    );
  });
});

describe('countDeath', () => {
  it('counts on after a short life, begins again after a long one', () => {
    expect(countDeath(policy, 3, undefined)).toBe(4);
    expect(countDeath(policy, 3, policy.recoveredAfterMs - 1)).toBe(4);
    expect(countDeath(policy, 3, policy.recoveredAfterMs)).toBe(1);
  });
});
