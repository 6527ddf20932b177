import type { OutreachEvent, OutreachRequested } from '@homing/contracts';
import type { Delivery, KnownOutreach, OutreachState } from '../outreach/outreach.state.js';
import { lastAttemptOf } from '../outreach/outreach.state.js';
import { attemptState, type AttemptState } from './attempt-state.policy.js';
import { withSettlement } from './settlement.policy.js';

export interface CancelOutreach {
  /** Service or key that asked. */
  readonly by: string;
  readonly now: string;
}

/**
 * Cancels what has not started. An attempt on its way cannot be called back; it keeps its course, and nothing follows it.
 */
export function cancelOutreach(state: OutreachState, command: CancelOutreach): readonly OutreachEvent[] {
  if (state.status !== 'active') return [];
  const { by, now } = command;
  const asked: OutreachEvent[] = state.cancellation ? [] : [{ type: 'CancellationRequested', data: { at: now, by } }];
  const cancelled = state.deliveries
    .filter((delivery) => !delivery.closed && isAtRest(delivery))
    .map((delivery) => deliveryCancelled(delivery, command));
  const events = [...asked, ...cancelled];
  return events.length === 0 ? [] : withSettlement(state, events, now);
}

/**
 * Cancels a request that is accepted and not decided yet: one append to the stream that is not there, so either it or the
 * decision stands. Afterwards the decision finds it settled.
 */
export function cancelUndecided(
  state: OutreachState,
  command: CancelOutreach & { readonly request: OutreachRequested },
): readonly OutreachEvent[] {
  if (state.status !== 'none') return cancelOutreach(state, command);
  const { request, by, now } = command;
  return [
    { type: 'OutreachRequested', data: request },
    { type: 'CancellationRequested', data: { at: now, by } },
    { type: 'OutreachSettled', data: { outcome: 'cancelled', at: now } },
  ];
}

/** Where something was to follow in a delivery of a cancelled outreach, this follows instead. */
export const cancelledInstead = (state: KnownOutreach, delivery: Delivery, now: string): OutreachEvent | undefined =>
  state.cancellation && deliveryCancelled(delivery, { by: state.cancellation.by, now });

/** Waits for its time or for a person, or failed and waits for what follows. */
function isAtRest(delivery: Delivery): boolean {
  const last = lastAttemptOf(delivery);
  return delivery.next !== undefined || (last !== undefined && AT_REST.has(attemptState(last)));
}

const AT_REST: ReadonlySet<AttemptState> = new Set(['failed', 'awaiting_person']);

const deliveryCancelled = (
  { deliveryId, leg, channel }: Delivery,
  { by, now }: { by: string; now: string },
): OutreachEvent => ({ type: 'DeliveryCancelled', data: { deliveryId, leg, channel, at: now, by } });

/** Decided at the moment of sending not to send: before the claim, so surely not sent. */
export function skipDelivery(
  state: OutreachState,
  command: { leg: number; reason: string; now: string },
): readonly OutreachEvent[] {
  if (state.status !== 'active') return [];
  const delivery = state.deliveries.find((d) => d.leg === command.leg);
  if (!delivery?.next || delivery.closed) return [];
  const { deliveryId, leg, channel } = delivery;
  return withSettlement(
    state,
    [{ type: 'DeliverySkipped', data: { deliveryId, leg, channel, reason: command.reason, at: command.now } }],
    command.now,
  );
}
