import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import {
  readCampaignSettings,
  readChannelSettings,
  readTenantSettings,
  type SettingsReading,
} from './read-settings.js';

const faultsOf = (reading: SettingsReading<unknown>) =>
  reading.kind === 'invalid' ? reading.faults.map(({ field, code }) => `${field}:${code}`) : [];
const email = (settings: unknown) => readChannelSettings('email', settings);

describe('how a channel is used', () => {
  it('is read as it stands: quotas, retries, templates, sender', () => {
    const settings = {
      ...{ enabled: true, assisted: false, maxPerHour: 100, maxPerDay: 500, maxPerPerson: null },
      ...{ maxRetries: 2, retryBackoffHours: [24, 48], templates: { cold_outreach: 'cold_outreach' } },
      settings: { from_email: 'a@example.test', from_name: 'A' },
    };
    expect(email(settings)).toEqual({ kind: 'valid', settings });
    expect(email({})).toEqual({ kind: 'valid', settings: {} });
    expect(email({ enabled: false, maxPerHour: 0 })).toMatchObject({ kind: 'valid' });
    expect(readCampaignSettings({ channels: { email: { maxRetries: 0 } } })).toMatchObject({ kind: 'valid' });
  });

  it.each<[string, unknown, string[]]>([
    ['more in an hour than in a day', { maxPerHour: 11, maxPerDay: 10 }, ['maxPerHour:over_day']],
    ['an hour that lets nothing through', { maxPerHour: 0 }, ['maxPerHour:nothing_fits']],
    ['a day that lets nothing through', { maxPerDay: 0 }, ['maxPerDay:nothing_fits']],
    ['nobody to be reached', { maxPerPerson: 0 }, ['maxPerPerson:nothing_fits']],
    ['less than nothing', { maxPerHour: -1 }, ['maxPerHour:min']],
    ['half a message', { maxPerDay: 0.5 }, ['maxPerDay:isInt']],
    ['a wait below a minute', { maxRetries: 1, retryBackoffHours: [0.01] }, ['retryBackoffHours:min']],
    ['a wait beyond a month', { maxRetries: 1, retryBackoffHours: [721] }, ['retryBackoffHours:max']],
    [
      'fewer waits than retries',
      { maxRetries: 3, retryBackoffHours: [1, 2] },
      ['retryBackoffHours:fewer_than_retries'],
    ],
    [
      'fewer waits than the retries it has anyway',
      { retryBackoffHours: [1] },
      ['retryBackoffHours:fewer_than_retries'],
    ],
    ['waits that shrink', { retryBackoffHours: [2, 1] }, ['retryBackoffHours:shrinks']],
    ['eleven retries', { maxRetries: 11 }, ['maxRetries:max']],
    ['a template without a name', { templates: { follow_up: '' } }, ['templates.follow_up:unknown_template']],
    ['a sender that is no address', { settings: { from_email: 'nobody' } }, ['settings.from_email:isEmail']],
    ['a field nobody knows', { perHour: 1 }, ['perHour:unknown_field']],
    ['what is no object', 7, [':isObject']],
  ])('refuses %s', (_what, settings, faults) => expect(faultsOf(email(settings))).toContain(faults[0]));

  it('refuses phone, an address to send texts from, and channels nobody knows', () => {
    expect(faultsOf(readTenantSettings({ channels: { phone: {} } }))).toEqual(['channels.phone:not_available_yet']);
    expect(faultsOf(readChannelSettings('sms', { settings: { from_email: 'a@example.test' } }))).toEqual([
      'settings.from_email:no_sender',
    ]);
    expect(faultsOf(readTenantSettings({ channels: { fax: {} } }))).toEqual(['channels.fax:unknown_field']);
  });

  it('leaves quotas to the tenant: a campaign has none', () =>
    expect(faultsOf(readCampaignSettings({ channels: { email: { maxPerHour: 5 } } }))).toEqual([
      'channels.email.maxPerHour:unknown_field',
    ]));
});

describe('what a campaign may spend and send', () => {
  it('may be said channel by channel, and put off instead of refused', () => {
    const settings = {
      budget: { totalMicros: 5, channels: { email: { totalMicros: 3, perDayMicros: 1 } } },
      ...{ dailyLimit: 4, whenDailyLimitReached: 'defer' },
    };
    expect(readCampaignSettings(settings)).toEqual({ kind: 'valid', settings });
  });

  it.each<[string, unknown, string[]]>([
    [
      'less than no money',
      { budget: { channels: { email: { totalMicros: -1 } } } },
      ['budget.channels.email.totalMicros:min'],
    ],
    ['money of a channel nobody knows', { budget: { channels: { fax: {} } } }, ['budget.channels.fax:unknown_field']],
    [
      'what is put off for ever',
      { dailyLimit: 0, whenDailyLimitReached: 'defer' },
      ['whenDailyLimitReached:nothing_fits'],
    ],
    ['another word for it', { whenDailyLimitReached: 'wait' }, ['whenDailyLimitReached:isIn']],
  ])('refuses %s', (_what, settings, faults) => expect(faultsOf(readCampaignSettings(settings))).toEqual(faults));
});
