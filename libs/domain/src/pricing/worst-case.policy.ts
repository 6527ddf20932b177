import { isPriceTable, maxSegmentsOf, type Channel, type Money, type Price, type PriceTable } from '@homing/contracts';

/** What is known of a message that is to be priced. What is absent may be anything. */
export interface PricedMessage {
  readonly channel: Channel;
  readonly provider?: string | undefined;
  /** Others that may send it instead; nothing without `provider`. */
  readonly standIns?: readonly string[] | undefined;
  /** The recipient's, ISO 3166-1 alpha-2. */
  readonly country?: string | undefined;
}

/** The most that one message can cost: the dearest price that may hold for it, times the most segments it may have. */
export function worstCase(price: Price, message: PricedMessage): Money {
  if (!isPriceTable(price)) return price;
  const senders = message.provider === undefined ? [undefined] : [message.provider, ...(message.standIns ?? [])];
  const dearest = Math.max(...senders.flatMap((provider) => eligible(price, { ...message, provider })));
  const micros = dearest * maxSegmentsOf(price, message.channel);
  return { micros, currency: price.currency };
}

/**
 * Every price that may hold: of a known country or provider its own, of an unknown one each. The default may hold unless what is
 * known has a price of its own.
 */
function eligible({ default: otherwise, countries, providers }: PriceTable, { country, provider }: PricedMessage) {
  const known = [...own(countries, country), ...own(providers, provider)];
  const perhaps = [...(country === undefined ? all(countries) : []), ...(provider === undefined ? all(providers) : [])];
  return [...known, ...perhaps, ...(known.length > 0 ? [] : [otherwise])];
}

type Named = Readonly<Record<string, number>> | undefined;
const all = (prices: Named): readonly number[] => Object.values(prices ?? {});
const own = (prices: Named, name: string | undefined): readonly number[] =>
  Object.entries(prices ?? {}).flatMap(([each, micros]) => (each === name ? [micros] : []));
