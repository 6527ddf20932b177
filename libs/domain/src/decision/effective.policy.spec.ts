import { describe, expect, it } from '@jest/globals';
import type { Price } from '@homing/contracts';
import { DEFAULT_CAPS } from '../ledger/frequency-cap.policy.js';
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

describe('the caps in force', () => {
  const caps = (tenant?: object, campaign?: object) =>
    effectivePolicy(
      DEFAULT_POLICY,
      tenant && { settings: { caps: tenant }, version: 1 },
      campaign && { settings: { caps: campaign }, version: 2 },
    ).contactLimits.caps;

  it('are the product’s where nobody says anything', () => expect(caps({}, {})).toEqual(DEFAULT_CAPS));

  it('are the campaign’s before the tenant’s, cap by cap; null switches off', () => {
    expect(caps({ perDay: 5, perWeek: 7 }, { perDay: null })).toEqual([{ limit: 7, hours: 168 }]);
  });

  it('of a channel stand beside those over all', () => {
    const tenant = { channels: { email: { perDay: 1, perWeek: 4 }, sms: { perDay: 2 } } };
    expect(caps(tenant, { channels: { email: { perWeek: null }, sms: { perWeek: 3 } } })).toEqual([
      ...DEFAULT_CAPS,
      { limit: 1, hours: 24, channel: 'email' },
      { limit: 2, hours: 24, channel: 'sms' },
      { limit: 3, hours: 168, channel: 'sms' },
    ]);
  });
});

describe('the price in force', () => {
  const email = (price?: Price) =>
    effectivePolicy(DEFAULT_POLICY, { settings: price ? { prices: { email: price } } : {}, version: 1 }, undefined)
      .channels.email?.price;

  it('is the product’s where the tenant says nothing', () =>
    expect(email()).toEqual(DEFAULT_POLICY.channels.email?.price));

  it('is a plain price as it stands', () =>
    expect(email({ micros: 900, currency: 'USD' })).toEqual({ micros: 900, currency: 'USD' }));

  it('is the dearest that a table has for the provider in use, whatever the country', () => {
    const table = { currency: 'USD', default: 2_000, providers: { sendgrid: 900, mailgun: 5_000 } };
    expect(email(table)).toEqual({ micros: 900, currency: 'USD' });
    expect(email({ ...table, countries: { US: 700, CH: 1_100 } })).toEqual({ micros: 1_100, currency: 'USD' });
  });
});
