import { describe, expect, it } from '@jest/globals';
import { effectivePolicy } from './effective.policy.js';
import { DEFAULT_POLICY } from './policy.state.js';

const even = { customerType: 0.2, engagement: 0.2, device: 0.2, urgency: 0.2, timeOfDay: 0.2 };
const selection = (tenant?: object, campaign?: object) =>
  effectivePolicy(
    DEFAULT_POLICY,
    tenant && { settings: tenant, version: 1 },
    campaign && { settings: campaign, version: 2 },
  ).selection;

describe('the choice of channels in force', () => {
  it('is the product’s where nobody says anything', () => expect(selection({}, {})).toEqual(DEFAULT_POLICY.selection));

  it('is the campaign’s before the tenant’s, each part on its own', () => {
    const tenant = { weights: even, channelPriority: ['sms'], exploration: 0.1 };
    expect(selection(tenant)).toMatchObject(tenant);
    expect(selection(tenant, { channelPriority: [], exploration: 0 })).toMatchObject({
      weights: even,
      channelPriority: [],
      exploration: 0,
    });
  });
});
