import type { Delivery } from '../outreach/outreach.state.js';
import { ATTEMPT_STATES, attemptState, REACHED, type AttemptState } from './attempt-state.policy.js';

export type DeliveryState =
  AttemptState | 'planned' | 'scheduled' | 'retrying' | 'permanent_failed' | 'skipped' | 'expired' | 'cancelled';

/**
 * The state of a delivery: what any of its attempts reached, else how it was closed, else what comes next, else how its
 * last attempt stands. A function of the sets of facts, like the states it rests on.
 */
export function deliveryState(delivery: Delivery): DeliveryState {
  const states = delivery.attempts.map(attemptState);
  const reached = ATTEMPT_STATES.find((state) => REACHED.has(state) && states.includes(state));
  if (reached) return reached;
  if (wasSentLate(delivery)) return 'sent';
  if (delivery.closed) return closedState(delivery.closed.kind, states.at(-1));
  if (delivery.next) return delivery.attempts.length === 0 ? 'scheduled' : 'retrying';
  const last = states.at(-1) ?? 'planned';
  // Rejected and not closed: a retry or the end is being decided, so it has not failed yet.
  return last === 'failed' ? 'retrying' : last;
}

/** Closed as never sent, and somebody says that they sent it by hand; a provider's word that it failed would tell more. */
export const wasSentLate = ({ closed, attempts }: Delivery): boolean =>
  closed !== undefined &&
  attempts.some((attempt) => attempt.assistance?.end?.outcome === 'sent' && attemptState(attempt) === 'sent');

/** Of a permanent failure the provider's own word for it tells more, where there is one. */
function closedState(kind: NonNullable<Delivery['closed']>['kind'], last: AttemptState | undefined): DeliveryState {
  if (kind === 'given_up') return last === 'failed' || last === undefined ? 'permanent_failed' : last;
  // An assumption gives way to whatever is known after all.
  if (kind === 'assumed_sent') return last ?? kind;
  if (kind !== 'permanent_failed') return kind;
  return last === 'bounced' || last === 'dropped' || last === 'undelivered' ? last : 'permanent_failed';
}

/** True when some attempt of it may have reached the person or its outcome is open. */
export const mayHaveReached = (delivery: Delivery): boolean =>
  delivery.attempts.some((attempt) => !SURELY_NOT.has(attemptState(attempt)));

const SURELY_NOT: ReadonlySet<AttemptState> = new Set(['failed', 'dropped', 'awaiting_person']);
