import type { OutreachEvent, SettledOutcome } from '@homing/contracts';
import { evolveOutreach } from '../outreach/outreach.evolve.js';
import type { OutreachState } from '../outreach/outreach.state.js';
import { REACHED, type AttemptState } from './attempt-state.policy.js';
import { deliveryState, type DeliveryState } from './delivery-state.policy.js';

/**
 * Adds `OutreachSettled` to events that leave nothing of ours pending, so that both are one append. An outreach settles once:
 * later facts are recorded, but what was done on its settling stays done.
 */
export function withSettlement(state: OutreachState, events: readonly OutreachEvent[], now: string): OutreachEvent[] {
  const after = events.reduce(evolveOutreach, state);
  if (after.status !== 'active') return [...events];
  const states = after.deliveries.map(deliveryState);
  const open = after.deliveries.filter((delivery, i) => !delivery.closed && !isReached(states[i])).length;
  const reached = states.some(isReached);
  // One channel that reached the person ends a chain; channels tried at once each run their course.
  const done = open === 0 || (reached && after.request.strategy !== 'parallel');
  const outcome = done ? settledOutcome(states, reached) : undefined;
  return outcome ? [...events, { type: 'OutreachSettled', data: { outcome, at: now } }] : [...events];
}

const isReached = (state: DeliveryState | undefined): boolean => REACHED.has(state as AttemptState);

function settledOutcome(states: readonly DeliveryState[], reached: boolean): SettledOutcome | undefined {
  if (reached) return 'delivered';
  // Of several closed deliveries the last one tried names the outcome.
  const last = states.at(-1);
  switch (last) {
    case undefined:
      return undefined;
    case 'bounced':
    case 'dropped':
    case 'undelivered':
    case 'assumed_sent':
    case 'skipped':
    case 'expired':
    case 'cancelled':
      return last;
    default:
      return 'failed';
  }
}
