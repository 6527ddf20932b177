import { describe, expect, it } from '@jest/globals';
import { engagementRate, posteriorMean } from './engagement.estimate.js';
import type { EngagementHistory } from './selection.state.js';

const rate = (history?: EngagementHistory) => engagementRate('email', { prior: 0.5, strength: 20, history });

describe('what is expected to engage', () => {
  it('is the expectation while nothing was seen, and what was seen once that is much', () => {
    expect(posteriorMean(0.5, 20)).toBe(0.5);
    expect(posteriorMean(0.5, 20, { sent: 20, engaged: 0 })).toBe(0.25);
    expect(posteriorMean(0.5, 20, { sent: 2_000_000, engaged: 200_000 })).toBeCloseTo(0.1, 4);
    expect(posteriorMean(0.5, 0, { sent: 10, engaged: 1 })).toBe(0.1);
  });

  it('is a share, whatever was counted', () => {
    expect(posteriorMean(0.5, 20, { sent: 10, engaged: 99 })).toBeLessThanOrEqual(1);
    expect(posteriorMean(0.5, 20, { sent: -5, engaged: -5 })).toBe(0.5);
  });

  it('lets a channel that was never used stand where the tenant’s channels stand', () => {
    expect(rate()).toBe(0.5);
    expect(rate({ tenant: { sms: { sent: 980, engaged: 90 } }, customerType: {} })).toBeCloseTo(0.1, 9);
  });

  it('goes from the tenant to the channel to the customer type', () => {
    const tenant = { email: { sent: 980, engaged: 490 }, sms: { sent: 1000, engaged: 0 } };
    const onChannel = rate({ tenant, customerType: {} });
    expect(onChannel).toBeCloseTo((20 * 0.25 + 490) / 1000, 9);
    expect(rate({ tenant, customerType: { email: { sent: 180, engaged: 0 } } })).toBeCloseTo((20 * onChannel) / 200, 9);
  });
});
