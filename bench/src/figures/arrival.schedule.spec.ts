import { describe, expect, it } from '@jest/globals';
import { arrivals } from './arrival.schedule.js';

describe('arrivals', () => {
  it('are fixed by their seed, in order, inside the time', () => {
    const wish = { rate: 200, seconds: 30, seed: 7 };
    const times = arrivals(wish);
    expect(arrivals(wish)).toEqual(times);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times.at(-1)).toBeLessThan(30_000);
    expect(arrivals({ ...wish, seed: 8 })).not.toEqual(times);
  });

  it('come at the rate, unevenly', () => {
    const times = arrivals({ rate: 200, seconds: 30, seed: 7 });
    // Poisson: six standard deviations around 6000.
    expect(Math.abs(times.length - 6_000)).toBeLessThan(6 * Math.sqrt(6_000));
    const gaps = times.slice(1).map((at, i) => at - (times[i] ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    expect(Math.sqrt(variance) / mean).toBeGreaterThan(0.9);
  });

  it('are none in no time', () => expect(arrivals({ rate: 100, seconds: 0, seed: 1 })).toEqual([]));
});
