import type { OutreachEvent } from '@homing/contracts';
import type { OutreachState } from '../outreach/outreach.state.js';
import { lastAttemptOf } from '../outreach/outreach.state.js';
import { attemptState } from './attempt-state.policy.js';
import { withSettlement } from './settlement.policy.js';

/**
 * Cancels what has not started. An attempt on its way cannot be called back; it keeps its course, and nothing follows it.
 */
export function cancelOutreach(state: OutreachState, command: { by: string; now: string }): readonly OutreachEvent[] {
  if (state.status !== 'active') return [];
  const events = state.deliveries
    .filter((delivery) => {
      const last = lastAttemptOf(delivery);
      return (
        !delivery.closed && (delivery.next !== undefined || (last !== undefined && attemptState(last) === 'failed'))
      );
    })
    .map(({ deliveryId, leg, channel }): OutreachEvent => ({
      type: 'DeliveryCancelled',
      data: { deliveryId, leg, channel, at: command.now, by: command.by },
    }));
  return events.length === 0 ? [] : withSettlement(state, events, command.now);
}

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
