import type { Channel } from '../channel.js';
import type { Money } from '../money.js';

/** The most segments that one message may be declared to have. */
export const MAX_SEGMENTS = 10;
/** Declared where a price per segment says nothing else. */
export const DEFAULT_SMS_SEGMENTS = 3;
/** The dearest price in a table: exact in micro-units also times `MAX_SEGMENTS`. */
export const MAX_TABLE_MICROS = Math.floor(Number.MAX_SAFE_INTEGER / MAX_SEGMENTS);

/** What one message of a channel costs, or one segment of it, in micro-units of one currency. */
export interface PriceTable {
  /** ISO 4217. */
  readonly currency: string;
  /** Holds where neither the country nor the provider has a price of its own. */
  readonly default: number;
  /** Prices are for a segment, not for a message. Only of sms. Default: true for sms, false for every other channel. */
  readonly perSegment?: boolean;
  /** Segments a message may have, 1..10. Only where prices are per segment. Default 3. */
  readonly maxSegments?: number;
  /** By the recipient's country, ISO 3166-1 alpha-2. Default: none. */
  readonly countries?: Readonly<Record<string, number>>;
  /** By provider. Where the country has a price, too, the dearer one holds. Default: none. */
  readonly providers?: Readonly<Record<string, number>>;
}

/** The worst case of one message, or the table that it follows from. */
export type Price = Money | PriceTable;

/** True for a table, false for the worst case of one message. */
export const isPriceTable = (price: Price): price is PriceTable => 'default' in price;

/** The most segments a message at that price may have; 1 where it does not count them. */
export function maxSegmentsOf(price: Price, channel: Channel): number {
  if (!isPriceTable(price)) return 1;
  const { perSegment = channel === 'sms', maxSegments = DEFAULT_SMS_SEGMENTS } = price;
  return perSegment ? maxSegments : 1;
}
