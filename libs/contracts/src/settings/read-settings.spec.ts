import { describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import { MAX_TABLE_MICROS } from './price.js';
import { readCampaignSettings, readTenantSettings, type SettingsReading } from './read-settings.js';

const weights = { customerType: 0.3, engagement: 0.3, device: 0.2, urgency: 0.1, timeOfDay: 0.1 };
const faultsOf = (reading: SettingsReading<unknown>): string[] =>
  reading.kind === 'invalid' ? reading.faults.map((fault) => `${fault.field}:${fault.code}`) : [];

describe('reading a campaign’s settings', () => {
  it('takes every field as it is', () => {
    const settings = {
      budget: {
        totalMicros: 5_000_000,
        perDayMicros: 0,
        period: { firstDay: '2026-02-28', lastDay: '2026-02-28' },
      },
      caps: { perDay: 2, perWeek: null, channels: { email: { perDay: 1, perWeek: null } } },
      dedupHours: null,
      dailyLimit: 400,
      timeZone: 'America/Argentina/Buenos_Aires',
    };
    expect(readCampaignSettings(settings)).toEqual({ kind: 'valid', settings });
  });

  it('takes how a channel is chosen, of a campaign and of a tenant', () => {
    const settings = { weights, channelPriority: ['sms', 'email'], exploration: 0.2 };
    expect(readCampaignSettings(settings)).toEqual({ kind: 'valid', settings });
    expect(readTenantSettings({ ...settings, channelPriority: [] }).kind).toBe('valid');
    expect(readTenantSettings({ weights: null, channelPriority: null })).toEqual({ kind: 'valid', settings: {} });
  });

  it('says what weights come to that are not 1 together', () => {
    const reading = readTenantSettings({ weights: { ...weights, device: 0.1 } });
    expect(reading).toMatchObject({ faults: [{ field: 'weights', message: 'weights must sum to 1, not 0.9' }] });
    const nearly = (device: number) => readTenantSettings({ weights: { ...weights, device } }).kind;
    expect([nearly(0.2 + 1e-10), nearly(0.2 + 1e-8)]).toEqual(['valid', 'invalid']);
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
    [
      'a day nobody has',
      { budget: { period: { firstDay: '2026-02-30', lastDay: '2026-03-01' } } },
      ['budget.period.firstDay:isDay'],
    ],
    [
      'an end before the beginning',
      { budget: { period: { firstDay: '2026-03-02', lastDay: '2026-03-01' } } },
      ['budget.period.lastDay:notBefore'],
    ],
    ['a period without end', { budget: { period: { firstDay: '2026-03-02' } } }, ['budget.period.lastDay:isDay']],
    [
      'a cap of a channel nobody knows',
      { caps: { channels: { pigeon: { perDay: 1 } } } },
      ['caps.channels.pigeon:unknown_field'],
    ],
    [
      'a cap of a channel below nothing',
      { caps: { channels: { sms: { perDay: -1 } } } },
      ['caps.channels.sms.perDay:min'],
    ],
    ['half a micro-unit', { budget: { totalMicros: 1.5 } }, ['budget.totalMicros:isInt']],
    ['money that is text', { budget: { perDayMicros: '1000' } }, ['budget.perDayMicros:isInt']],
    ['less than nothing', { budget: { totalMicros: -1 } }, ['budget.totalMicros:min']],
    ['more than is exact', { budget: { totalMicros: 2 ** 53 } }, ['budget.totalMicros:max']],
    ['a negative cap', { caps: { perDay: -1 } }, ['caps.perDay:min']],
    ['a limit that is no number', { dailyLimit: Number.NaN }, ['dailyLimit:isInt']],
    ['a look-back over no time', { dedupHours: 0 }, ['dedupHours:min']],
    ['a look-back beyond what is remembered', { dedupHours: 745 }, ['dedupHours:max']],
    ['an hour past the last', { preferredHours: [9, 24] }, ['preferredHours:max']],
    ['an hour twice', { preferredHours: [9, 9] }, ['preferredHours:arrayUnique']],
    ['messages spread over nothing', { spacing: { overHours: 0 } }, ['spacing.overHours:min']],
    ['messages spread over more than a week', { spacing: { overHours: 169 } }, ['spacing.overHours:max']],
    ['a zone nobody knows', { timeZone: 'Europe/Atlantis' }, ['timeZone:isTimeZone']],
    ['an offset for a zone', { timeZone: '+02:00' }, ['timeZone:matches']],
    ['an unknown field', { budgets: {} }, ['budgets:unknown_field']],
    ['an unknown field within', { caps: { perMonth: 3 } }, ['caps.perMonth:unknown_field']],
    ['weights that are not 1 together', { weights: { ...weights, device: 0.21 } }, ['weights:sumsToOne']],
    ['weights without one of them', { weights: { ...weights, device: undefined } }, ['weights.device:isNumber']],
    ['a weight below nothing', { weights: { ...weights, device: -0.2, urgency: 0.5 } }, ['weights.device:min']],
    ['a weight of something else', { weights: { ...weights, price: 0 } }, ['weights.price:unknown_field']],
    ['weights that are a number', { weights: 1 }, ['weights:isObject']],
    ['a priority of no channel', { channelPriority: ['pigeon'] }, ['channelPriority:isIn']],
    ['a priority twice', { channelPriority: ['sms', 'sms'] }, ['channelPriority:arrayUnique']],
    ['a priority that is a word', { channelPriority: 'sms' }, ['channelPriority:isArray']],
    ['more drawing than is allowed', { exploration: 0.21 }, ['exploration:max']],
    ['less drawing than none', { exploration: -0.01 }, ['exploration:min']],
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

const night = { from: '21:00', to: '08:00' };

describe('reading when a person may be contacted', () => {
  it('takes quiet hours over midnight, windows up to midnight, and null for none', () => {
    const settings = {
      sendTime: 'best_practice',
      quietHours: night,
      windows: [
        { days: ['mon', 'fri'], from: '09:00', to: '17:30' },
        { from: '20:00', to: '24:00' },
      ],
      timeZone: 'Asia/Kolkata',
    };
    expect(readTenantSettings(settings)).toEqual({ kind: 'valid', settings });
    expect(readCampaignSettings(settings)).toEqual({ kind: 'valid', settings });
    const off = { quietHours: null, windows: null };
    expect(readCampaignSettings({ ...off, sendTime: null })).toEqual({ kind: 'valid', settings: off });
    const windows = [{ days: null, from: '09:00', to: '10:00' }];
    expect(readTenantSettings({ windows })).toEqual({
      kind: 'valid',
      settings: { windows: [{ from: '09:00', to: '10:00' }] },
    });
  });

  it.each<[string, unknown, string[]]>([
    ['a choice nobody knows', { sendTime: 'soon' }, ['sendTime:isIn']],
    ['an hour there is not', { quietHours: { from: '24:00', to: '08:00' } }, ['quietHours.from:matches']],
    ['half an hour’s name', { quietHours: { from: '9', to: '08:00' } }, ['quietHours.from:matches']],
    ['an end without a beginning', { quietHours: { to: '08:00' } }, ['quietHours.from:matches']],
    ['quiet hours of no length', { quietHours: { from: '08:00', to: '08:00' } }, ['quietHours.to:same_as_from']],
    ['no window at all', { windows: [] }, ['windows:arrayMinSize']],
    ['windows that are one', { windows: night }, ['windows:isArray']],
    ['a window that is a time', { windows: ['09:00'] }, ['windows[0]:nestedValidation']],
    ['a weekday nobody knows', { windows: [{ days: ['day'], from: '09:00', to: '10:00' }] }, ['windows[0].days:isIn']],
    ['no weekday', { windows: [{ days: [], from: '09:00', to: '10:00' }] }, ['windows[0].days:arrayMinSize']],
    ['a window over midnight', { windows: [night] }, ['windows[0].to:not_after_from']],
    [
      'windows that are always quiet',
      {
        quietHours: night,
        windows: [
          { from: '21:00', to: '24:00' },
          { from: '00:00', to: '08:00' },
        ],
      },
      ['windows:always_quiet'],
    ],
    ['a zone nobody knows', { timeZone: 'Mars/Olympus' }, ['timeZone:isTimeZone']],
  ])('refuses %s', (_what, value, faults) => {
    expect(faultsOf(readTenantSettings(value))).toEqual(faults);
    expect(faultsOf(readCampaignSettings(value))).toEqual(faults);
  });

  it('takes hours, spacing, and of a campaign its period', () => {
    const settings = { sendTime: 'learned', preferredHours: [9, 18], spacing: { overHours: 24 } };
    expect(readTenantSettings(settings)).toEqual({ kind: 'valid', settings });
    const off = { preferredHours: [], spacing: null };
    expect(readCampaignSettings(off)).toEqual({ kind: 'valid', settings: off });
    const period = { startsAt: '2026-05-01T10:00:00+02:00', endsAt: '2026-05-01T08:00:00.001Z' };
    expect(readCampaignSettings(period)).toEqual({ kind: 'valid', settings: period });
    expect(faultsOf(readTenantSettings(period))).toEqual(['startsAt:unknown_field', 'endsAt:unknown_field']);
  });

  it.each<[string, unknown, string[]]>([
    [
      'at its own start',
      { startsAt: '2026-05-01T10:00:00+02:00', endsAt: '2026-05-01T08:00:00Z' },
      ['endsAt:not_after_start'],
    ],
    ['before it', { startsAt: '2026-05-01T08:00:00Z', endsAt: '2026-04-30T08:00:00Z' }, ['endsAt:not_after_start']],
    ['on no day', { endsAt: '2026-02-30T08:00:00Z' }, ['endsAt:isInstant']],
    ['at no instant', { endsAt: '2026-05-01' }, ['endsAt:isInstant']],
  ])('refuses a campaign that ends %s', (_what, value, faults) =>
    expect(faultsOf(readCampaignSettings(value))).toEqual(faults),
  );

  it('lets a window through of which quiet hours leave anything', () => {
    for (const window of [
      { from: '07:00', to: '08:01' },
      { from: '20:59', to: '24:00' },
    ])
      expect(readTenantSettings({ quietHours: night, windows: [window] }).kind).toBe('valid');
    expect(readTenantSettings({ quietHours: night, windows: [{ from: '07:00', to: '08:00' }] }).kind).toBe('invalid');
  });
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

describe('reading a table of prices', () => {
  const sms = (table: object) => ({ prices: { sms: { currency: 'EUR', default: 60_000, ...table } } });
  const email = (table: object) => ({ prices: { email: { currency: 'EUR', default: 900, ...table } } });

  it('takes the least and the most that it can say, beside a plain price', () => {
    const most = { perSegment: true, maxSegments: 10, countries: { DE: 75_000 }, providers: { 'twilio-2': 0 } };
    const settings = { prices: { ...sms(most).prices, whatsapp: { micros: 7, currency: 'EUR' }, ...email({}).prices } };
    expect(readTenantSettings(settings)).toEqual({ kind: 'valid', settings });
  });

  it('takes null for what is left out', () =>
    expect(readTenantSettings(sms({ maxSegments: null, countries: { DE: null, FR: 1 }, providers: null }))).toEqual({
      kind: 'valid',
      settings: sms({ countries: { FR: 1 } }),
    }));

  it.each<[string, unknown, string[]]>([
    ['no default', { prices: { sms: { currency: 'EUR', perSegment: true } } }, ['prices.sms.default:isInt']],
    ['no currency', { prices: { sms: { default: 1 } } }, ['prices.sms.currency:matches']],
    ['a default below nothing', sms({ default: -1 }), ['prices.sms.default:min']],
    ['a fraction', sms({ default: 0.5 }), ['prices.sms.default:isInt']],
    ['more than can be multiplied exactly', sms({ default: MAX_TABLE_MICROS + 1 }), ['prices.sms.default:max']],
    ['a plain price beside it', sms({ micros: 7 }), ['prices.sms.micros:unknown_field']],
    [
      'a currency of its own',
      sms({ countries: { DE: { micros: 1, currency: 'USD' } } }),
      ['prices.sms.countries.DE:isInt'],
    ],
    ['a list of countries', sms({ countries: ['DE'] }), ['prices.sms.countries:isObject']],
    ['a country by another name', sms({ countries: { Germany: 1 } }), ['prices.sms.countries.Germany:unknown_country']],
    ['a country in small letters', sms({ countries: { de: 1 } }), ['prices.sms.countries.de:unknown_country']],
    ['an unprintable country', sms({ countries: { 'D E': 1 } }), ['(unprintable name):unknown_country']],
    ['a country below nothing', sms({ countries: { DE: -1 } }), ['prices.sms.countries.DE:min']],
    ['a fraction of a provider', sms({ providers: { twilio: 1.5 } }), ['prices.sms.providers.twilio:isInt']],
    ['too much of a provider', sms({ providers: { twilio: 2 ** 53 } }), ['prices.sms.providers.twilio:max']],
    ['a provider that is no name', sms({ providers: { 'T!': 1 } }), ['(unprintable name):unknown_provider']],
    ['no segment', sms({ maxSegments: 0 }), ['prices.sms.maxSegments:min']],
    ['more than ten segments', sms({ maxSegments: 11 }), ['prices.sms.maxSegments:max']],
    ['segments that are no number', sms({ maxSegments: '3' }), ['prices.sms.maxSegments:isInt']],
    ['a word for yes', sms({ perSegment: 'yes' }), ['prices.sms.perSegment:isBoolean']],
    ['segments of an email', email({ perSegment: true }), ['prices.email.perSegment:no_segments']],
    ['a number of segments of an email', email({ maxSegments: 2 }), ['prices.email.maxSegments:not_per_segment']],
    [
      'segments that do not count',
      sms({ perSegment: false, maxSegments: 2 }),
      ['prices.sms.maxSegments:not_per_segment'],
    ],
    ['what a table has not', sms({ zones: {} }), ['prices.sms.zones:unknown_field']],
  ])('refuses %s', (_what, value, faults) => expect(faultsOf(readTenantSettings(value))).toEqual(faults));

  it('names each fault at once', () => {
    const value = sms({ countries: { DE: -1, germany: 1 }, providers: { twilio: 0.5 } });
    expect(faultsOf(readTenantSettings(value))).toHaveLength(3);
  });
});

describe('settings nobody could keep or read', () => {
  const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });
  const step = { channel: 'email' };
  let endless: unknown = 1;
  for (let level = 0; level < 50_000; level += 1) endless = [endless];

  it.each<[string, unknown, string[]]>([
    ['a list in the place of a step', { sequences: { a: { steps: [[step]] } } }, ['sequences.a.steps[0]:list_in_list']],
    ['a list in the place of a window', { windows: [[]] }, ['windows[0]:list_in_list']],
    [
      'a name the language has',
      { prices: { sms: { default: 1, currency: 'EUR', countries: { toString: 1 } } } },
      ['prices.sms.countries.toString:reserved_name'],
    ],
    [
      'the same among templates',
      { channels: { email: { templates: { constructor: 'a' } } } },
      ['channels.email.templates.constructor:reserved_name'],
    ],
    [
      'the same among sequences',
      { sequences: { constructor: { steps: [step] } } },
      ['sequences.constructor:reserved_name'],
    ],
    [
      'a character no text of a store has',
      { sequences: { a: { steps: [{ ...step, template: 'a\u0000' }] } } },
      ['sequences.a.steps[0].template:ill_formed_text'],
    ],
    [
      'half a character',
      { sequences: { a: { description: '\ud800', steps: [step] } } },
      ['sequences.a.description:ill_formed_text'],
    ],
    ['the same in a name somebody invented', { 'x\ud800': 1 }, ['(unprintable name):ill_formed_text']],
    ['endless nesting', { caps: endless }, ['caps:too_deep']],
    ['deep nesting', { sequences: { a: deep(40) } }, ['sequences:too_deep']],
  ])('%s is refused by name', (_what, settings, faults) => {
    expect(faultsOf(readTenantSettings(settings))).toEqual(faults);
  });
});
