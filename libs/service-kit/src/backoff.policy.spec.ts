import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { backoffDelay, retryWithBackoff } from './index.js';

describe('backoffDelay', () => {
  it('lies in [0, min(cap, base * 2^attempt)) whatever the attempt', () => {
    const inputs = fc.record({
      attempt: fc.nat(5_000),
      baseMs: fc.integer({ min: 1, max: 5_000 }),
      capMs: fc.integer({ min: 1, max: 60_000 }),
      luck: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    });
    fc.assert(
      fc.property(inputs, ({ attempt, baseMs, capMs, luck }) => {
        const delay = backoffDelay(attempt, { baseMs, capMs, random: () => luck });
        expect(Number.isInteger(delay)).toBe(true);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThan(Math.max(1, Math.min(capMs, baseMs * 2 ** attempt)));
      }),
    );
  });

  it('grows to the cap', () => {
    const bounds = [0, 1, 2, 3, 20].map((attempt) =>
      backoffDelay(attempt, { baseMs: 100, capMs: 500, random: () => 0.999_999 }),
    );
    expect(bounds).toEqual([99, 199, 399, 499, 499]);
  });
});

describe('retryWithBackoff', () => {
  const instantly = { sleep: () => Promise.resolve(), random: () => 0.5 };
  const failing = (times: number) => (attempt: number) =>
    attempt < times ? Promise.reject(new Error(`no ${attempt}`)) : Promise.resolve(attempt);

  it('tries until it succeeds and tells each failure', async () => {
    const told: number[] = [];
    const result = await retryWithBackoff(failing(4), {
      ...instantly,
      baseMs: 10,
      onRetry: ({ delayMs }) => told.push(delayMs),
    });
    expect(result).toBe(4);
    expect(told).toEqual([5, 10, 20, 40]);
  });

  it('throws at once what is not retryable', async () => {
    await expect(retryWithBackoff(failing(4), { ...instantly, retryable: () => false })).rejects.toThrow('no 0');
  });

  it('throws the last error when attempts are used up', async () => {
    await expect(retryWithBackoff(failing(4), { ...instantly, maxAttempts: 3 })).rejects.toThrow('no 2');
  });

  it('ends its waiting when aborted', async () => {
    const abort = new AbortController();
    const waiting = retryWithBackoff(failing(Infinity), {
      baseMs: 1e9,
      capMs: 1e9,
      random: () => 0.9,
      signal: abort.signal,
      onRetry: () => setImmediate(() => abort.abort(new Error('enough'))),
    });
    await expect(waiting).rejects.toThrow('enough');
  });
});
