import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RateLimiter } from './rate.limiter.js';

describe('RateLimiter', () => {
  it('never lets more through than the burst and what came in since', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 200 }),
        (perSecond, burst, pauses) => {
          const limiter = new RateLimiter({ perSecond, burst });
          let now = 0;
          let through = 0;
          for (const pause of pauses) {
            now += pause;
            if (limiter.take('k', now) === undefined) through += 1;
            expect(through).toBeLessThanOrEqual(burst + (now / 1000) * perSecond + 1e-6);
          }
        },
      ),
    );
  });

  it('lets the key through after the seconds it named, and other keys all the time', () => {
    const limiter = new RateLimiter({ perSecond: 2, burst: 1 });
    expect(limiter.take('a', 0)).toBeUndefined();
    const wait = limiter.take('a', 0) ?? 0;
    expect(wait).toBe(1);
    expect(limiter.take('b', 0)).toBeUndefined();
    expect(limiter.take('a', wait * 1000)).toBeUndefined();
  });
});
