import { describe, expect, it } from '@jest/globals';
import { steadiness } from './steadiness.policy.js';

const even = Array.from({ length: 400 }, (_, n) => 200 + (n % 7));

describe('steadiness', () => {
  it('is there when every message takes its usual time', () =>
    expect(steadiness(400, even)).toEqual({ steady: true, why: '' }));

  it('is not there when the queue grows', () => {
    const growing = even.map((ms, n) => ms + n * 2);
    expect(steadiness(400, growing)).toMatchObject({ steady: false, why: expect.stringContaining('median grew') });
  });

  it('is not there when some are slow or missing', () => {
    expect(
      steadiness(400, even.with(3, 9_000).with(4, 9_000).with(5, 9_000).with(6, 9_000).with(7, 9_000)).steady,
    ).toBe(false);
    expect(steadiness(401, even).why).toBe('1 not done');
  });

  it('of nothing asked and nothing done is there', () => expect(steadiness(0, []).steady).toBe(true));
});
