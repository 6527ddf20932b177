import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { searchRate } from './rate.search.js';

describe('the search for the highest rate', () => {
  it('ends close below what holds, wherever that is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 10, max: 5_000 }), async (limit) => {
        const { held, failed } = await searchRate({ from: 60, within: 0.1, holds: async (rate) => rate <= limit });
        expect(held).toBeLessThanOrEqual(limit);
        expect(failed).toBeGreaterThan(limit);
        expect(failed - held).toBeLessThanOrEqual(0.1 * failed + 1);
      }),
    );
  });

  it('finds nothing where nothing holds', async () => {
    expect((await searchRate({ from: 60, within: 0.1, holds: async () => false })).held).toBe(0);
  });
});
