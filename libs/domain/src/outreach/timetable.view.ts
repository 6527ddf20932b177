import type { Channel, Urgency } from '@homing/contracts';
import { attemptState } from '../delivery/attempt-state.policy.js';
import { OPEN } from '../ledger/charges.policy.js';
import { isLastWord } from '../delivery/channel-facts.policy.js';
import { needsReaction } from '../delivery/reaction.decider.js';
import { firstLookAt } from '../delivery/recourse.policy.js';
import { withSettlement } from '../delivery/settlement.policy.js';
import { assumedSentAt } from '../delivery/unknown-outcome.decider.js';
import { chainStand } from '../sequence/chain.stand.js';
import type { Attempt, Delivery, KnownOutreach, OutreachState } from './outreach.state.js';

/**
 * What the clock owes an outreach. `dispatch`: start this attempt; `lease`: its claimer should have answered by now;
 * `reaction`: something follows from how it stands and has not been appended yet; `lookup`: the gateway can find out what
 * became of an unknown outcome; `assume`: nobody could, and it is to be taken for sent; `fallback`: the running step of a chain
 * has had its time, or failed, and the next one follows.
 */
export interface TimetableEntry {
  readonly kind: 'dispatch' | 'lease' | 'reaction' | 'lookup' | 'assume' | 'fallback';
  readonly deliveryId: string;
  readonly leg: number;
  readonly channel: Channel;
  readonly attempt: number;
  /** When the clock must act: for what the committer dispatches itself, `COMMIT_GRACE_MS` later. */
  readonly dueAt: string;
  readonly urgency: Urgency;
}

/** Whoever commits a decision that is due at once dispatches it; the clock looks after it only when this has passed. */
export const COMMIT_GRACE_MS = 3_000;

/**
 * At most one entry a delivery and kind. Once the outreach is settled only attempts without an outcome are left to look
 * after: nobody else would ever close those.
 */
export function timetableOf(state: OutreachState): TimetableEntry[] {
  if (state.status !== 'active' && state.status !== 'settled') return [];
  return state.deliveries.flatMap((delivery) => {
    const { deliveryId, leg, channel } = delivery;
    const { urgency } = state.request;
    const due = [...entriesOf(state, delivery), ...chainEntries(state, delivery)];
    return due.map((each) => ({ ...each, deliveryId, leg, channel, urgency }));
  });
}

/** With the leg that runs: when the chain goes on, or ends with its deadline. */
function chainEntries(state: KnownOutreach, delivery: Delivery): Due[] {
  if (state.status !== 'active' || delivery !== state.deliveries.at(-1)) return [];
  const stand = chainStand(state, LONG_AGO);
  const attempt = delivery.attempts.at(-1)?.attempt ?? 1;
  if (stand?.kind === 'next') {
    const dueAt = delivery.closed?.at ?? delivery.plan.sendAt;
    return [{ kind: 'fallback', attempt, dueAt }];
  }
  // All it waited for was an outcome nobody knew: known now, it is over, and nobody has appended that yet.
  if (stand?.kind === 'over' && state.deliveries.every(isEnded))
    return [{ kind: 'reaction', attempt, dueAt: delivery.closed?.at ?? delivery.plan.sendAt }];
  if (stand?.kind !== 'waiting') return [];
  const until = Math.min(Date.parse(stand.until), Date.parse(state.request.expiresAt));
  return [{ kind: 'fallback', attempt, dueAt: new Date(until).toISOString() }];
}

function isEnded({ closed, attempts }: Delivery): boolean {
  const last = attempts.at(-1);
  return closed !== undefined && !(last && OPEN.has(attemptState(last)));
}

/** Before any wait is over: what stands then is not for the clock to bring about. */
const LONG_AGO = '1970-01-01T00:00:00.000Z';

type Due = Pick<TimetableEntry, 'kind' | 'attempt' | 'dueAt'>;

function entriesOf(state: KnownOutreach, delivery: Delivery): Due[] {
  const last = delivery.attempts.at(-1);
  const of = last && attemptState(last);
  if (last && of === 'outcome_unknown') return unknownEntries(last);
  if (last && of === 'pending') return [{ kind: 'lease', attempt: last.attempt, dueAt: last.leaseUntil }];
  if (last && of === 'awaiting_person') return state.status === 'active' ? taskEntries(state, delivery, last) : [];
  const due = state.status === 'active' ? dueOf(state, delivery) : undefined;
  return due ? [due] : [];
}

/** A task that nobody does expires with its delivery; of a cancelled outreach it ends at once. */
function taskEntries(state: KnownOutreach, { closed, expiresAt }: Delivery, { attempt, leaseUntil }: Attempt): Due[] {
  if (closed) return [];
  return [{ kind: 'reaction', attempt, dueAt: state.cancellation ? leaseUntil : expiresAt }];
}

function unknownEntries(attempt: Attempt): Due[] {
  const of = { attempt: attempt.attempt };
  const lookAt = firstLookAt(attempt);
  return [
    ...(lookAt === undefined ? [] : [{ kind: 'lookup', ...of, dueAt: lookAt } as const]),
    { kind: 'assume', ...of, dueAt: assumedSentAt(attempt.unknownSince ?? attempt.leaseUntil) },
  ];
}

/** First attempts that nobody asked to be sent later. */
const dispatchedOnCommit = (state: KnownOutreach, delivery: Delivery): boolean =>
  !delivery.follows && delivery.attempts.length === 0 && delivery.plan.sendAt !== state.request.sendAt;

/** On a channel without receipts nobody else would ever settle it. */
const endsWithBeingTaken = (state: KnownOutreach, delivery: Delivery): boolean =>
  isLastWord(delivery, LONG_AGO) && withSettlement(state, [], LONG_AGO).length > 0;

function dueOf(state: KnownOutreach, delivery: Delivery): Due | undefined {
  if (delivery.closed) return undefined;
  if (delivery.next) {
    // Past its deadline a dispatch still has work: to record that it expired.
    const due = Math.min(Date.parse(delivery.next.at), Date.parse(delivery.expiresAt));
    const grace = dispatchedOnCommit(state, delivery) ? COMMIT_GRACE_MS : 0;
    return { kind: 'dispatch', attempt: delivery.next.attempt, dueAt: new Date(due + grace).toISOString() };
  }
  const last = delivery.attempts.at(-1);
  if (last && (needsReaction(state, delivery.leg) || endsWithBeingTaken(state, delivery)))
    return { kind: 'reaction', attempt: last.attempt, dueAt: last.leaseUntil };
  return undefined;
}
