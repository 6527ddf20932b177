import { isLapsed } from '../delivery/rebooking.policy.js';
import { dispatchKey, dispatchSubject, type DispatchDelivery } from '@homing/contracts';
import type { KnownOutreach, OutreachState } from './outreach.state.js';

/** A dispatch message as it is to be published. */
export interface OutgoingDispatch {
  readonly subject: string;
  readonly tenantId: string;
  /** Second half of the message id. */
  readonly key: string;
  readonly data: DispatchDelivery<OutreachState>;
}

/** The dispatches that are due now: a function of how the outreach stands, so repeating it repeats the same message ids. */
export function dueDispatches(state: OutreachState, revision: bigint, now: string): OutgoingDispatch[] {
  if (state.status !== 'active') return [];
  return state.deliveries.flatMap((delivery) => {
    if (!delivery.next || delivery.closed || Date.parse(delivery.next.at) > Date.parse(now)) return [];
    // Booked for an earlier instant: the clock has it booked anew first.
    if (isLapsed(delivery, now)) return [];
    return [dispatchOf(state, revision, { leg: delivery.leg, attempt: delivery.next.attempt, wake: 0 })];
  });
}

/** @throws when the outreach has no such leg: a dispatch is made only from an entry of its own timetable */
export function dispatchOf(
  state: KnownOutreach,
  revision: bigint,
  of: { readonly leg: number; readonly attempt: number; readonly wake: number },
): OutgoingDispatch {
  const delivery = state.deliveries.find((d) => d.leg === of.leg);
  if (!delivery) throw new Error('a dispatch names a leg that does not exist');
  const { deliveryId, channel, expiresAt } = delivery;
  const { tenantId, outreachId } = state.request;
  const data = { tenantId, outreachId, deliveryId, channel, ...of, revision: String(revision), state, expiresAt };
  return { subject: dispatchSubject(channel), tenantId, key: dispatchKey(data), data };
}
