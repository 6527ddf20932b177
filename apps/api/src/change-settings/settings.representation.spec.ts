import { describe, expect, it } from '@jest/globals';
import type { Campaign } from '@homing/vault/registry';
import { faultsAgainst } from '../describe/conformance.fixture.js';
import { ProblemError } from '../problem/problem.error.js';
import { shownBudget } from './budget.representation.js';
import { keepable } from './settings.reader.js';
import { shownCampaign, shownPolicies } from './settings.representation.js';

const quietHours = { from: '21:00', to: '08:00' };
const windows = [{ days: ['mon' as const], from: '09:00', to: '24:00' }];
const campaign = (settings: Campaign['settings']): Campaign => ({
  ...{ id: 'k', tenantId: 't', campaignId: 'c', name: 'C', status: 'active', currency: 'EUR' },
  ...{ settings, settingsVersion: 1, createdAt: '2026-01-01T00:00:00.000Z' },
});

describe('settings as they are shown', () => {
  it('say when people may be contacted: the campaign’s word before the tenant’s before the product’s', () => {
    const tenant = { settings: { quietHours, sendTime: 'best_practice', timeZone: 'Asia/Kolkata' } as const };
    const shown = shownCampaign(campaign({ windows, sendTime: 'asap' }), tenant);
    expect(shown.effective).toMatchObject({ sendTime: 'asap', quietHours, windows, timeZone: 'Asia/Kolkata' });
    const off = shownCampaign(campaign({ quietHours: null, timeZone: 'Europe/Berlin' }), tenant);
    expect(off.effective).toMatchObject({ sendTime: 'best_practice', quietHours: null, timeZone: 'Europe/Berlin' });
    const plain = shownCampaign(campaign({}), undefined);
    expect(plain.effective).toMatchObject({ sendTime: 'asap', quietHours: null, windows: null, timeZone: 'UTC' });
    const policies = shownPolicies({ ...tenant, settingsVersion: 1 });
    expect(policies.effective).toMatchObject({ sendTime: 'best_practice', quietHours, windows: null });
    expect([shown, off, plain].flatMap((each) => faultsAgainst('Campaign', each))).toEqual([]);
    expect(faultsAgainst('Policies', policies)).toEqual([]);
    expect(shownBudget(campaign({}), tenant, []).timeZone).toBe('Asia/Kolkata');
  });

  it('say what is reserved for a message: of a table its worst case, of a plain price that price', () => {
    const table = { currency: 'EUR', default: 60_000, countries: { DE: 75_000 }, providers: { twilio: 65_000 } };
    const email = { currency: 'EUR', default: 900, providers: { sendgrid: 700 } };
    const prices = { sms: table, email, whatsapp: { micros: 7, currency: 'EUR' } };
    const policies = shownPolicies({ settings: { prices }, settingsVersion: 1 });
    expect(policies.prices).toEqual(prices);
    expect(policies.effective.prices).toEqual({
      sms: { micros: 225_000, currency: 'EUR' },
      email: { micros: 700, currency: 'EUR' },
      whatsapp: { micros: 7, currency: 'EUR' },
    });
    expect(faultsAgainst('Policies', policies)).toEqual([]);
    const free = shownPolicies({ settings: {}, settingsVersion: 0 });
    expect(free.effective.prices).toEqual({ email: { micros: 0, currency: 'EUR' } });
  });

  it('say how a channel is chosen: the campaign’s word before the tenant’s before the product’s, each part on its own', () => {
    const even = { customerType: 0.2, engagement: 0.2, device: 0.2, urgency: 0.2, timeOfDay: 0.2 };
    const tenant = { settings: { weights: even, channelPriority: ['sms', 'email'] } as const };
    const shown = shownCampaign(campaign({ channelPriority: [], exploration: 0.1 }), tenant);
    expect(shown.effective).toMatchObject({ weights: even, channelPriority: [], exploration: 0.1 });
    const plain = shownCampaign(campaign({}), undefined);
    expect(plain.effective).toMatchObject({ weights: { customerType: 0.3 }, channelPriority: [], exploration: 0 });
    const policies = shownPolicies({ ...tenant, settingsVersion: 1 });
    expect(policies.effective).toMatchObject({ channelPriority: ['sms', 'email'], exploration: 0 });
    expect([shown, plain].flatMap((each) => faultsAgainst('Campaign', each))).toEqual([]);
    expect(faultsAgainst('Policies', policies)).toEqual([]);
  });

  it('are refused where a campaign’s windows lie within the tenant’s quiet hours', () => {
    const tenant = { settings: { quietHours } };
    const settings = { windows: [{ from: '22:00', to: '23:00' }] };
    const refused = (): unknown => keepable(settings, tenant);
    expect(refused).toThrow(ProblemError);
    expect(keepable({ ...settings, quietHours: null }, tenant)).toEqual({ ...settings, quietHours: null });
    expect(keepable(settings, undefined)).toEqual(settings);
  });
});
