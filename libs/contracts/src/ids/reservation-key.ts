import { deliveryIdOf, parseDeliveryId } from './derived-ids.js';

export interface Reservation {
  readonly outreachId: string;
  readonly leg: number;
  /** 1, and one more after each abandonment: what a slow decider of an earlier round reserved is nobody's any more. */
  readonly round: number;
  /** 1, and one more for each message of the leg that the provider has charged already. */
  readonly charge: number;
}

/** Names one reservation in every ledger it touches: the same for every try of one decision. */
export const reservationKey = ({ outreachId, leg, round, charge }: Reservation): string =>
  `${deliveryIdOf(outreachId, leg)}/${round}/${charge}`;

/** Undefined for what is no reservation key. */
export function parseReservationKey(key: string): Reservation | undefined {
  const [delivery = '', round = '', charge = '', rest] = key.split('/');
  const of = parseDeliveryId(delivery);
  if (!of || rest !== undefined || !/^\d{1,6}$/.test(round) || !/^\d{1,6}$/.test(charge)) return undefined;
  return { ...of, round: Number(round), charge: Number(charge) };
}
