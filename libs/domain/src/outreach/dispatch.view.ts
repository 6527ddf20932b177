import {
  dispatchKey,
  dispatchSubject,
  lookUpSubject,
  type DispatchDelivery,
  type LookUpAttempt,
} from '@homing/contracts';
import { attemptState } from '../delivery/attempt-state.policy.js';
import { isLapsed } from '../delivery/rebooking.policy.js';
import { canBeFoundOut } from '../delivery/recourse.policy.js';
import { deliveryOf, type KnownOutreach, type OutreachState } from './outreach.state.js';

/** A dispatch message as it is to be published. */
export interface OutgoingDispatch {
  readonly subject: string;
  readonly type: 'delivery.dispatch';
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

/** A look-up message as it is to be published. */
export interface OutgoingLookUp {
  readonly subject: string;
  readonly type: 'delivery.lookup';
  readonly tenantId: string;
  /** Second half of the message id. */
  readonly key: string;
  readonly data: LookUpAttempt;
}

/** What asks the gateway to find out about an attempt; undefined once there is nothing left to find out, or no way to. */
export function lookUpOf(
  state: OutreachState,
  of: { readonly leg: number; readonly attempt: number; readonly wake: number },
  now: string,
): OutgoingLookUp | undefined {
  const delivery = deliveryOf(state, of.leg);
  const attempt = delivery?.attempts.find((a) => a.attempt === of.attempt);
  if (state.status === 'none' || !delivery || !attempt) return undefined;
  if (attemptState(attempt) !== 'outcome_unknown' || !canBeFoundOut(attempt, now)) return undefined;
  const { tenantId, outreachId } = state.request;
  const { deliveryId, channel } = delivery;
  const data = { tenantId, outreachId, deliveryId, channel, ...of };
  return {
    subject: lookUpSubject(channel),
    type: 'delivery.lookup',
    tenantId,
    key: `lookup:${dispatchKey(data)}`,
    data,
  };
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
  return { subject: dispatchSubject(channel), type: 'delivery.dispatch', tenantId, key: dispatchKey(data), data };
}
