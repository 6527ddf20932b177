import { describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import { readCampaignSettings, readTenantSettings, type SettingsReading } from './read-settings.js';

const faultsOf = (reading: SettingsReading<unknown>): string[] =>
  reading.kind === 'invalid' ? reading.faults.map((fault) => `${fault.field}:${fault.code}`) : [];

describe('reading a campaign’s settings', () => {
  it('takes every field as it is', () => {
    const settings = {
      budget: { totalMicros: 5_000_000, perDayMicros: 0 },
      caps: { perDay: 2, perWeek: null },
      dedupHours: null,
      dailyLimit: 400,
      timeZone: 'America/Argentina/Buenos_Aires',
    };
    expect(readCampaignSettings(settings)).toEqual({ kind: 'valid', settings });
  });

  it('knows null as “off” only where something can be off', () => {
    const said = { budget: { totalMicros: null }, caps: null, timeZone: null, dailyLimit: null };
    expect(readCampaignSettings(said)).toEqual({ kind: 'valid', settings: { budget: {}, dailyLimit: null } });
  });

  it.each(['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'Etc/GMT+3', 'America/Port-au-Prince'])(
    'knows the zone %s',
    (zone) => expect(readCampaignSettings({ timeZone: zone }).kind).toBe('valid'),
  );

  it.each<[string, unknown, string[]]>([
    ['half a micro-unit', { budget: { totalMicros: 1.5 } }, ['budget.totalMicros:isInt']],
    ['money that is text', { budget: { perDayMicros: '1000' } }, ['budget.perDayMicros:isInt']],
    ['less than nothing', { budget: { totalMicros: -1 } }, ['budget.totalMicros:min']],
    ['more than is exact', { budget: { totalMicros: 2 ** 53 } }, ['budget.totalMicros:max']],
    ['a negative cap', { caps: { perDay: -1 } }, ['caps.perDay:min']],
    ['a limit that is no number', { dailyLimit: Number.NaN }, ['dailyLimit:isInt']],
    ['a look-back over no time', { dedupHours: 0 }, ['dedupHours:min']],
    ['a look-back beyond what is remembered', { dedupHours: 745 }, ['dedupHours:max']],
    ['a zone nobody knows', { timeZone: 'Europe/Atlantis' }, ['timeZone:isTimeZone']],
    ['an offset for a zone', { timeZone: '+02:00' }, ['timeZone:matches']],
    ['an unknown field', { budgets: {} }, ['budgets:unknown_field']],
    ['an unknown field within', { caps: { perMonth: 3 } }, ['caps.perMonth:unknown_field']],
    ['a list', [], [':not_an_object']],
    ['a budget that is a list', { budget: [] }, ['budget:isObject']],
    ['nothing', undefined, [':not_an_object']],
  ])('refuses %s, naming the field', (_what, value, faults) =>
    expect(faultsOf(readCampaignSettings(value))).toEqual(faults),
  );

  it('never repeats a name that may hold anything', () =>
    expect(faultsOf(readCampaignSettings({ 'ada@example.test wrote this': 1 }))).toEqual([
      '(unprintable name):unknown_field',
    ]));
});

describe('reading a tenant’s settings', () => {
  it('takes a price for each channel', () => {
    const settings = { caps: { perDay: 5 }, prices: { email: { micros: 900, currency: 'EUR' } } };
    expect(readTenantSettings(settings)).toEqual({ kind: 'valid', settings });
  });

  it.each<[string, unknown, string[]]>([
    ['a channel nobody knows', { prices: { pigeon: { micros: 1, currency: 'EUR' } } }, ['prices.pigeon:unknown_field']],
    ['a price without a currency', { prices: { sms: { micros: 1 } } }, ['prices.sms.currency:matches']],
    ['a price that is a number', { prices: { sms: 7 } }, ['prices.sms:isObject']],
    ['a currency that is none', { prices: { sms: { micros: 1, currency: 'euro' } } }, ['prices.sms.currency:matches']],
    ['a price below nothing', { prices: { sms: { micros: -1, currency: 'EUR' } } }, ['prices.sms.micros:min']],
    ['what is a campaign’s', { dailyLimit: 7 }, ['dailyLimit:unknown_field']],
  ])('refuses %s', (_what, value, faults) => expect(faultsOf(readTenantSettings(value))).toEqual(faults));
});
