import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { percentile, spreadOf } from './percentiles.js';

describe('percentiles', () => {
  it('are nearest ranks', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
    expect(spreadOf(hundred.toReversed())).toEqual({ count: 100, p50: 50, p90: 90, p99: 99, max: 100 });
  });

  it('of nothing are nothing', () => expect(spreadOf([])).toEqual({ count: 0, p50: 0, p90: 0, p99: 0, max: 0 }));

  it('are measured values that the stated share does not exceed, and no smaller one will do', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), fc.double({ min: 0.01, max: 1, noNaN: true }), (all, q) => {
        const sorted = all.toSorted((a, b) => a - b);
        const found = percentile(sorted, q);
        expect(sorted).toContain(found);
        expect(sorted.filter((value) => value <= found).length).toBeGreaterThanOrEqual(q * sorted.length);
        expect(sorted.filter((value) => value < found).length).toBeLessThan(Math.max(1, q * sorted.length));
      }),
    );
  });
});
