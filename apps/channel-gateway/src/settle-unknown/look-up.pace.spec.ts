import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LookUpPace } from './look-up.pace.js';

describe('the pace of look-ups', () => {
  it('lets no more through than the provider allows, however they come', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.array(fc.integer({ min: 0, max: 5_000 })),
        (perMinute, pauses) => {
          let now = 0;
          const pace = new LookUpPace(
            () => now,
            () => 0,
          );
          const through: number[] = [];
          for (const pause of pauses) {
            now += pause;
            if (pace.take('p', perMinute) === 0) through.push(now);
          }
          for (const from of through)
            expect(through.filter((at) => at >= from && at < from + 60_000).length).toBeLessThanOrEqual(perMinute);
        },
      ),
    );
  });

  it('is each provider’s own', () => {
    const pace = new LookUpPace(
      () => 0,
      () => 0,
    );
    expect([pace.take('a', 6), pace.take('b', 6), pace.take('a', 6)]).toEqual([0, 0, 10_000]);
  });

  it('leaves a provider alone that asks for it', () => {
    let now = 0;
    const pace = new LookUpPace(
      () => now,
      () => 0.5,
    );
    pace.rest('p', 90);
    expect(pace.take('p', 6)).toBe(90_000 + 30_000);
    now = 90_000;
    expect(pace.take('p', 6)).toBe(0);
  });
});
