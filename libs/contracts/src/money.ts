/**
 * An amount in integer micro-units (1 EUR = 1,000,000) with its ISO 4217 currency. Never a float.
 * Integers stay exact up to 2^53 micro-units, about nine billion of a currency.
 */
export interface Money {
  readonly micros: number;
  readonly currency: string;
}
