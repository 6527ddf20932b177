import type { Channel, Urgency } from '@homing/contracts';
import { attemptState } from '../delivery/attempt-state.policy.js';
import { needsReaction } from '../delivery/reaction.decider.js';
import type { Delivery, KnownOutreach, OutreachState } from './outreach.state.js';

/**
 * What the clock owes an outreach. `dispatch`: start this attempt; `lease`: its claimer should have answered by now;
 * `reaction`: something follows from how it stands and has not been appended yet.
 */
export interface TimetableEntry {
  readonly kind: 'dispatch' | 'lease' | 'reaction';
  readonly deliveryId: string;
  readonly leg: number;
  readonly channel: Channel;
  readonly attempt: number;
  /** When the clock must act: for what the committer dispatches itself, `COMMIT_GRACE_MS` later. */
  readonly dueAt: string;
  readonly urgency: Urgency;
}

/** Whoever commits a decision that is due at once dispatches it; the clock looks after it only when this has passed. */
export const COMMIT_GRACE_MS = 15_000;

/** At most one entry a delivery; none once the outreach is settled. */
export function timetableOf(state: OutreachState): TimetableEntry[] {
  if (state.status !== 'active') return [];
  return state.deliveries.flatMap((delivery) => {
    const due = dueOf(state, delivery);
    if (!due) return [];
    const { deliveryId, leg, channel } = delivery;
    return [{ ...due, deliveryId, leg, channel, urgency: state.request.urgency }];
  });
}

/** First attempts that nobody asked to be sent later. */
const dispatchedOnCommit = (state: KnownOutreach, delivery: Delivery): boolean =>
  delivery.attempts.length === 0 && delivery.plan.sendAt !== state.request.sendAt;

function dueOf(
  state: KnownOutreach,
  delivery: Delivery,
): Pick<TimetableEntry, 'kind' | 'attempt' | 'dueAt'> | undefined {
  if (delivery.closed) return undefined;
  if (delivery.next) {
    // Past its deadline a dispatch still has work: to record that it expired.
    const due = Math.min(Date.parse(delivery.next.at), Date.parse(delivery.expiresAt));
    const grace = dispatchedOnCommit(state, delivery) ? COMMIT_GRACE_MS : 0;
    return { kind: 'dispatch', attempt: delivery.next.attempt, dueAt: new Date(due + grace).toISOString() };
  }
  const last = delivery.attempts.at(-1);
  if (!last) return undefined;
  if (attemptState(last) === 'pending') return { kind: 'lease', attempt: last.attempt, dueAt: last.leaseUntil };
  if (needsReaction(state, delivery.leg)) return { kind: 'reaction', attempt: last.attempt, dueAt: last.leaseUntil };
  return undefined;
}
