import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { OutreachStateName } from '@homing/domain';
import { BUCKET_OF, campaignStatusOf, type CampaignCount } from './campaign.status.js';

const states = Object.keys(BUCKET_OF) as OutreachStateName[];

describe('campaignStatusOf', () => {
  it('adds up: audience = sent + skipped + failed + pending + unknown + refused, for any counts', () => {
    const count = fc.record({
      state: fc.constantFrom(...states),
      refusalStep: fc.constantFrom(null, 'dedup'),
      refusalReason: fc.constantFrom(null, 'already_sent'),
      outcomeReason: fc.constantFrom(null, 'http_550'),
      count: fc.bigInt(1n, 10_000n),
    });
    fc.assert(
      fc.property(fc.array(count), (counts: CampaignCount[]) => {
        const { audience, sent, skipped, failed, pending, unknown, refused, reasons } = campaignStatusOf(counts);
        expect(sent + skipped + failed + pending + unknown + refused).toBe(audience);
        expect(audience).toBe(counts.reduce((sum, each) => sum + Number(each.count), 0));
        expect(reasons.reduce((sum, each) => sum + each.count, 0)).toBe(skipped + failed + refused);
      }),
    );
  });

  it('names the step and reason of what was refused', () => {
    const counts = [
      { state: 'refused', refusalStep: 'budget', refusalReason: 'exhausted', outcomeReason: null, count: 3n },
    ];
    expect(campaignStatusOf(counts as CampaignCount[]).reasons).toEqual([
      { bucket: 'refused', step: 'budget', reason: 'exhausted', count: 3 },
    ]);
  });
});
