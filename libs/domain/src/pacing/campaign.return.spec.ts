import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { campaignReturn } from './campaign.return.js';

const NUM_RUNS = process.env['HOMING_TEST_SIZE'] === 'full' ? 100_000 : 10_000;

describe('what a campaign’s money came to', () => {
  it('is the cost of each message and conversion, and what came back of each unit spent', () => {
    const spent = { spentMicros: 12_000_000, messages: 400, conversions: 7, valueMicros: 30_000_000 };
    expect(campaignReturn(spent)).toEqual({
      costPerMessageMicros: 30_000,
      costPerConversionMicros: 1_714_286,
      roi: 1.5,
    });
    expect(campaignReturn({ ...spent, valueMicros: 0 }).roi).toBe(-1);
    expect(campaignReturn({ ...spent, valueMicros: 12_000_000 }).roi).toBe(0);
  });

  it('is not known where nothing was spent, sent or converted, or nothing was ever booked', () => {
    const nothing = { costPerMessageMicros: null, costPerConversionMicros: null, roi: null };
    const none = { spentMicros: 0, messages: 0, conversions: 0, valueMicros: 0 };
    expect(campaignReturn(none)).toEqual(nothing);
    expect(campaignReturn({ spentMicros: null, messages: 9, conversions: 3, valueMicros: 5 })).toEqual(nothing);
    // Sent for nothing: each cost nothing, and no return can be reckoned on it.
    const free = { ...none, messages: 9, conversions: 3, valueMicros: 5 };
    expect(campaignReturn(free)).toEqual({ costPerMessageMicros: 0, costPerConversionMicros: 0, roi: null });
  });

  it('is whole micro-units that cover what was spent by less than one each, and never without an answer', () => {
    const amount = fc.oneof(fc.nat(1_000), fc.maxSafeNat());
    const count = fc.oneof(fc.nat(5), fc.nat(1_000_000));
    const spent = fc.option(amount, { nil: null });
    const inputs = fc.record({ spentMicros: spent, messages: count, conversions: count, valueMicros: amount });
    fc.assert(
      fc.property(inputs, (given) => {
        const { costPerMessageMicros, costPerConversionMicros, roi } = campaignReturn(given);
        const { spentMicros, valueMicros } = given;
        const covers = (cost: number | null, of: number): boolean => {
          if (cost === null || spentMicros === null || of === 0)
            return cost === null && (spentMicros === null || of === 0);
          const over = BigInt(cost) * BigInt(of) - BigInt(spentMicros);
          return Number.isSafeInteger(cost) && over >= 0n && over < BigInt(of);
        };
        const returned = (): boolean => {
          if (roi === null || !spentMicros) return roi === null && !spentMicros;
          const sign = Math.abs(roi) <= 1e-4 || roi > 0 === valueMicros > spentMicros;
          return Number.isFinite(roi) && roi >= -1 && !Object.is(roi, -0) && sign;
        };
        return (
          covers(costPerMessageMicros, given.messages) &&
          covers(costPerConversionMicros, given.conversions) &&
          returned()
        );
      }),
      { numRuns: NUM_RUNS },
    );
  });
});
