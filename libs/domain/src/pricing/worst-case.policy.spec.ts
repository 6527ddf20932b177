import { describe, expect, it } from '@jest/globals';
import { CHANNELS, MAX_TABLE_MICROS, type PriceTable } from '@homing/contracts';
import fc from 'fast-check';
import { smsSegments } from '@homing/contracts';
import { worstCase, type PricedMessage } from './worst-case.policy.js';

describe('the worst case of a message', () => {
  /** The worked example of docs/decisions.md. */
  const table: PriceTable = {
    currency: 'EUR',
    default: 60_000,
    countries: { DE: 75_000, FR: 48_000 },
    providers: { twilio: 65_000 },
  };
  const micros = (known: Omit<PricedMessage, 'channel'>, price = table) =>
    worstCase(price, { channel: 'sms', ...known }).micros;

  it.each<[string, Omit<PricedMessage, 'channel'>, number]>([
    ['of a provider with a price, country unknown: the dearest country', { provider: 'twilio' }, 225_000],
    ['of country and provider, each with a price: the dearer', { provider: 'twilio', country: 'DE' }, 225_000],
    ['the same where the provider is dearer', { provider: 'twilio', country: 'FR' }, 195_000],
    ['of a country without a price: the provider’s', { provider: 'twilio', country: 'PL' }, 195_000],
    ['of a provider without a price: the country’s', { provider: 'textbee', country: 'FR' }, 144_000],
    ['of neither with a price: the default', { provider: 'textbee', country: 'PL' }, 180_000],
    ['of nothing that is known: the dearest of all', {}, 225_000],
  ])('%s', (_what, known, expected) => expect(micros(known)).toBe(expected));

  it('is for as many segments as are declared', () => {
    const text = 'Ihr Termin ist bestätigt: Montag, 9 Uhr, Saal 3. '.repeat(4);
    expect(smsSegments(text)).toEqual({ encoding: 'gsm7', units: 196, segments: 2 });
    expect(smsSegments(`${text}😀`)).toEqual({ encoding: 'ucs2', units: 198, segments: 3 });
    expect(micros({ provider: 'twilio' }, { ...table, maxSegments: 2 })).toBe(150_000);
    expect(micros({ provider: 'twilio' }, { ...table, perSegment: false })).toBe(75_000);
  });

  it('of a channel without segments is the price of the message', () =>
    expect(worstCase(table, { channel: 'email', provider: 'twilio', country: 'PL' }).micros).toBe(65_000));

  it('is a plain price as it stands, on every channel', () => {
    const price = { micros: 900, currency: 'EUR' };
    for (const channel of CHANNELS) expect(worstCase(price, { channel, provider: 'any', country: 'DE' })).toBe(price);
  });
});

const COUNTRIES = ['DE', 'FR', 'PL', 'US'];
const PROVIDERS = ['twilio', 'textbee', 'constructor'];
const amount = fc.integer({ min: 0, max: MAX_TABLE_MICROS });
const some = (names: readonly string[]) => fc.dictionary(fc.constantFrom(...names.slice(1)), amount);
const tables = fc.record(
  {
    currency: fc.constant('EUR'),
    default: amount,
    maxSegments: fc.integer({ min: 1, max: 10 }),
    countries: some(COUNTRIES),
    providers: some(PROVIDERS),
  },
  { requiredKeys: ['currency', 'default'] },
);
const known = fc.record(
  { provider: fc.constantFrom(...PROVIDERS), country: fc.constantFrom(...COUNTRIES) },
  { requiredKeys: [] },
);
/** What one segment costs for a message of which everything is known. */
function actual({ default: otherwise, countries, providers }: PriceTable, provider: string, country: string): number {
  const own = [
    new Map(Object.entries(countries ?? {})).get(country),
    new Map(Object.entries(providers ?? {})).get(provider),
  ];
  const named = own.filter((each) => each !== undefined);
  return named.length > 0 ? Math.max(...named) : otherwise;
}
const often = { numRuns: 5_000 };

describe('the worst case of any message', () => {
  it('is the dearest that any provider and country which are not known could make it: never less, never more', () =>
    fc.assert(
      fc.property(tables, known, (table, message) => {
        // Each list holds one name without a price of its own.
        const providers = message.provider === undefined ? PROVIDERS : [message.provider];
        const countries = message.country === undefined ? COUNTRIES : [message.country];
        const possible = providers.flatMap((provider) => countries.map((country) => actual(table, provider, country)));
        const segments = table.maxSegments ?? 3;
        const { micros, currency } = worstCase(table, { channel: 'sms', ...message });
        expect(currency).toBe('EUR');
        expect(micros).toBe(Math.max(...possible) * segments);
        expect(Number.isSafeInteger(micros)).toBe(true);
      }),
      often,
    ));

  it('never falls with more segments, nor with less that is known', () =>
    fc.assert(
      fc.property(tables, known, fc.integer({ min: 1, max: 10 }), (table, message, maxSegments) => {
        const at = (segments: number, asked: object) =>
          worstCase({ ...table, maxSegments: segments }, { channel: 'sms', ...asked }).micros;
        expect(at(Math.min(10, maxSegments + 1), message)).toBeGreaterThanOrEqual(at(maxSegments, message));
        expect(at(maxSegments, { provider: message.provider })).toBeGreaterThanOrEqual(at(maxSegments, message));
        expect(at(maxSegments, { country: message.country })).toBeGreaterThanOrEqual(at(maxSegments, message));
      }),
      often,
    ));
});
