import { describe, expect, it } from '@jest/globals';
import { durationText, paceLine, paceOf } from './walk.pace.js';

describe('the pace of a walk', () => {
  it('tells percent by position, events a second and what is left', () => {
    const pace = paceOf({ events: 1_000, from: 0n, position: 250n, end: 1_000n, seconds: 10 });
    expect(pace).toMatchObject({ percent: 25, eventsPerSecond: 100, secondsLeft: 30 });
    expect(paceLine({ ...pace, eventsPerSecond: 12_345 })).toBe(
      '25.0 % (position 250 of 1000), 12,345 events/s, 30 s left',
    );
  });

  it('of one that goes on reckons with what it did itself', () => {
    expect(paceOf({ events: 10, from: 800n, position: 900n, end: 1_000n, seconds: 2 })).toMatchObject({
      percent: 90,
      secondsLeft: 2,
    });
  });

  it('promises nothing before anything was done, and nothing is left at the end', () => {
    expect(paceOf({ events: 0, from: 5n, position: 5n, end: 9n, seconds: 1 }).secondsLeft).toBeUndefined();
    expect(paceOf({ events: 0, from: 0n, position: 0n, end: 0n, seconds: 0 })).toMatchObject({
      percent: 100,
      secondsLeft: 0,
    });
  });

  it('writes durations as people say them', () => {
    expect([7, 65, 7_384].map(durationText)).toEqual(['7 s', '1 min 5 s', '2 h 3 min']);
  });
});
