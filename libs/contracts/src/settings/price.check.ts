import { CHANNELS, type Channel } from '../channel.js';
import { printable, type FieldFault } from '../request/field-fault.js';
import { isPriceTable, MAX_TABLE_MICROS, type Price, type PriceTable } from './price.js';

/** What names a price within a table: the form of its name, and what is said of one of another form. */
const NAMED = {
  countries: {
    form: /^[A-Z]{2}$/,
    code: 'unknown_country',
    message: 'must be named by an ISO 3166-1 alpha-2 code such as DE',
  },
  providers: {
    form: /^[a-z][a-z0-9_-]{0,39}$/,
    code: 'unknown_provider',
    message: 'must be named as a provider is, such as sendgrid',
  },
} as const;

/** What tables of prices say that no message can cost. Their other fields are well-formed already. */
export function priceFaults(prices: Readonly<Partial<Record<Channel, Price>>> | undefined): FieldFault[] {
  return CHANNELS.flatMap((channel) => {
    const price = prices?.[channel];
    return price && isPriceTable(price) ? tableFaults(price, channel) : [];
  });
}

function tableFaults(table: PriceTable, channel: Channel): FieldFault[] {
  const of = `prices.${channel}`;
  const { perSegment = channel === 'sms', maxSegments, countries = {}, providers = {} } = table;
  const faults: FieldFault[] = [];
  if (perSegment && channel !== 'sms')
    faults.push({ field: `${of}.perSegment`, code: 'no_segments', message: 'must be false: only sms has segments' });
  if (!perSegment && maxSegments !== undefined) {
    const message = 'counts for nothing: these prices are for a message, not for a segment';
    faults.push({ field: `${of}.maxSegments`, code: 'not_per_segment', message });
  }
  const named = (part: keyof typeof NAMED, entries: Readonly<Record<string, unknown>>): FieldFault[] =>
    Object.entries(entries).flatMap(([name, micros]) => {
      const { form, code, message } = NAMED[part];
      const fault = form.test(name) ? microsFault(micros) : { code, message };
      return fault ? [{ field: printable(`${of}.${part}.${name}`), ...fault }] : [];
    });
  return [...faults, ...named('countries', countries), ...named('providers', providers)];
}

/** By the words for every other amount of money. */
function microsFault(micros: unknown): Pick<FieldFault, 'code' | 'message'> | undefined {
  if (!Number.isInteger(micros)) return { code: 'isInt', message: 'must be a whole number of micro-units' };
  if (Number(micros) < 0) return { code: 'min', message: 'must not be less than 0' };
  if (Number(micros) > MAX_TABLE_MICROS)
    return { code: 'max', message: `must not be greater than ${MAX_TABLE_MICROS}` };
  return undefined;
}
