import { ledgerKindOf, type OutreachEvent } from '@homing/contracts';
import { chargesOf } from '../ledger/charges.policy.js';
import {
  deliveryOf,
  lastAttemptOf,
  type Attempt,
  type Delivery,
  type KnownOutreach,
  type OutreachState,
} from '../outreach/outreach.state.js';
import { evolveOutreach } from '../outreach/outreach.evolve.js';
import { followChain } from '../sequence/next-leg.decider.js';
import { attemptState, bounceSubtype } from './attempt-state.policy.js';
import { cancelledInstead } from './cancel.decider.js';
import { isLapsed, type RebookAnswer, type Rebooked, type Rebooking } from './rebooking.policy.js';
import {
  AUTH_RETRY_SECONDS,
  DEFAULT_THROTTLE_SECONDS,
  freeRetryFloorSeconds,
  NEVER_CALLED_RETRY_SECONDS,
  retryDelaySeconds,
  triesUsed,
  wasNeverCalled,
} from './retry.policy.js';
import { withSettlement } from './settlement.policy.js';

/**
 * What follows from how things stand: a retry, a permanent failure, the settling. Deciding it twice gives nothing the second
 * time, so repeating a reaction is harmless.
 *
 * A retry of something booked, and the next step of a chain, need the books' word: without it (`rebooked`, by leg) nothing is
 * planned yet.
 */
export function react(state: OutreachState, now: string, rebooked: Rebooked = NONE): readonly OutreachEvent[] {
  if (state.status !== 'active') return [];
  const events = state.deliveries.flatMap((delivery) => {
    const answer = rebooked.get(delivery.leg);
    return reactTo(state, delivery, { now, answer: answer && 'attempt' in answer ? answer : undefined });
  });
  const followed = followChain(events.reduce(evolveOutreach, state), rebooked, now);
  return withSettlement(state, [...events, ...followed], now);
}

const NONE: Rebooked = new Map();

/** True when something follows: `react` would change something, or would once the books have answered. */
export const needsReaction = (state: OutreachState, leg: number): boolean => {
  const delivery = deliveryOf(state, leg);
  return state.status === 'active' && delivery !== undefined && followUp(state, delivery, LONG_AGO).kind !== 'nothing';
};
const LONG_AGO = '1970-01-01T00:00:00.000Z';

/** What the books are to be asked for before `react` can go on. */
export function rebookingsWanted(state: OutreachState, now: string): readonly Rebooking[] {
  if (state.status !== 'active') return [];
  return state.deliveries.flatMap((delivery) => {
    const follow = followUp(state, delivery, now);
    return follow.kind === 'start' && needsRebooking(delivery, follow.start.at)
      ? [{ ...follow.start, leg: delivery.leg }]
      : [];
  });
}

interface ReactOn {
  readonly now: string;
  readonly answer: RebookAnswer | undefined;
}

function reactTo(state: KnownOutreach, delivery: Delivery, { now, answer }: ReactOn): OutreachEvent[] {
  const follow = followUp(state, delivery, now);
  switch (follow.kind) {
    case 'nothing':
      return [];
    case 'close':
      return [follow.event];
    case 'start':
      return startEvents(delivery, follow.start, { now, answer });
  }
}

function startEvents(delivery: Delivery, start: Omit<Rebooking, 'leg'>, { now, answer }: ReactOn): OutreachEvent[] {
  const { deliveryId, leg, channel, booking } = delivery;
  const { attempt, because } = start;
  const kept = booking && !needsRebooking(delivery, start.at) ? booking : undefined;
  const stale = answer === undefined || answer.attempt !== attempt || answer.fence !== start.fence;
  if (booking && !kept && stale) return [];
  if (answer?.kind === 'refused') {
    if (!start.retry)
      return [{ type: 'DeliverySkipped', data: { deliveryId, leg, channel, reason: answer.reason, at: now } }];
    return [failed(delivery, `retry_refused:${answer.reason}`, now)];
  }
  const at = answer?.at ?? start.at;
  if (Date.parse(at) >= Date.parse(delivery.expiresAt)) return [expired(delivery, now)];
  const holds = answer?.booking ?? kept;
  const data = { deliveryId, leg, channel, attempt, at, because, ...(holds ? { booking: holds } : {}) };
  return [{ type: start.retry ? 'RetryScheduled' : 'DeliveryRescheduled', data }];
}

/** True unless what it holds in the books covers a start at `at`: still within its booking, and nothing of it charged. */
function needsRebooking(delivery: Delivery, at: string): boolean {
  const { booking } = delivery;
  if (!booking) return false;
  const counted = booking.ledgers.some((stream) => ledgerKindOf(stream) !== 'person');
  return Date.parse(at) > Date.parse(booking.until) || (counted && chargesOf(delivery) > 0);
}

type FollowUp =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'close'; readonly event: OutreachEvent }
  | { readonly kind: 'start'; readonly start: Omit<Rebooking, 'leg'> };

function followUp(state: KnownOutreach, delivery: Delivery, now: string): FollowUp {
  if (delivery.closed) return { kind: 'nothing' };
  if (delivery.next && isLapsed(delivery, now)) {
    if (Date.parse(now) >= Date.parse(delivery.expiresAt)) return { kind: 'close', event: expired(delivery, now) };
    const start = {
      attempt: delivery.next.attempt,
      at: now,
      because: 'booking_lapsed',
      retry: false,
      fence: delivery.fence ?? 0,
    };
    return { kind: 'start', start };
  }
  const last = lastAttemptOf(delivery);
  if (last && attemptState(last) === 'awaiting_person') return taskFollowUp(state, delivery, now);
  const verdict: Verdict = last ? verdictOn(last) : { kind: 'wait' };
  if (!last || verdict.kind === 'wait') return { kind: 'nothing' };
  if (verdict.kind === 'fail') return { kind: 'close', event: failed(delivery, verdict.reason, now) };
  const cancelled = cancelledInstead(state, delivery, now);
  if (cancelled) return { kind: 'close', event: cancelled };
  if (delivery.next) return { kind: 'nothing' };
  const used = triesUsed(delivery);
  if (!verdict.free && used > delivery.plan.retry.maxRetries)
    return { kind: 'close', event: failed(delivery, `retries_exhausted:${verdict.because}`, now) };
  const wait = verdict.delaySeconds ?? retryDelaySeconds(delivery.plan.retry, Math.max(0, used - 1));
  const delay = verdict.free ? Math.max(wait, freeRetryFloorSeconds(delivery)) : wait;
  const at = new Date(Date.parse(now) + delay * 1000).toISOString();
  if (Date.parse(at) >= Date.parse(delivery.expiresAt)) return { kind: 'close', event: expired(delivery, now) };
  return {
    kind: 'start',
    start: { attempt: last.attempt + 1, at, because: verdict.because, retry: true, fence: delivery.fence ?? 0 },
  };
}

/** A task waits for a person until the delivery's deadline, and not when nothing further is wanted. */
function taskFollowUp(state: KnownOutreach, delivery: Delivery, now: string): FollowUp {
  const cancelled = cancelledInstead(state, delivery, now);
  if (cancelled) return { kind: 'close', event: cancelled };
  if (Date.parse(now) < Date.parse(delivery.expiresAt)) return { kind: 'nothing' };
  return { kind: 'close', event: expired(delivery, now) };
}

function expired(delivery: Delivery, now: string): OutreachEvent {
  const { deliveryId, leg, channel } = delivery;
  return { type: 'DeliveryExpired', data: { deliveryId, leg, channel, at: now } };
}

type Verdict =
  | { readonly kind: 'wait' }
  | { readonly kind: 'fail'; readonly reason: string }
  /** `delaySeconds` overrides the policy's delay; a free retry goes on until the deadline. */
  | {
      readonly kind: 'retry';
      readonly because: string;
      readonly delaySeconds?: number | undefined;
      readonly free?: true;
    };

function verdictOn(attempt: Attempt): Verdict {
  switch (attemptState(attempt)) {
    case 'bounced':
      return bounceSubtype(attempt.facts) === 'soft'
        ? { kind: 'retry', because: 'soft_bounce' }
        : { kind: 'fail', reason: 'hard_bounce' };
    case 'dropped':
      return { kind: 'fail', reason: 'dropped_by_provider' };
    case 'undelivered':
      return finalFailure(attempt.facts) ?? { kind: 'retry', because: 'undelivered' };
    case 'failed':
      if (attempt.assistance?.end && !attempt.answer)
        return { kind: 'fail', reason: `assisted_${attempt.assistance.end.outcome}` };
      if (attempt.answer?.kind === 'rejected') return verdictOnRejection(attempt.answer);
      return finalFailure(attempt.facts) ?? { kind: 'retry', because: attempt.settled ? 'not_sent' : 'failed' };
    default:
      // Reached, under way, or unknown: an unknown outcome is never re-sent.
      return { kind: 'wait' };
  }
}

/** A failure that the provider's word makes final: the same message would fail alike. Of several codes the first by name. */
function finalFailure(facts: Attempt['facts']): Verdict | undefined {
  const codes = facts
    .filter(({ fact, subtype }) => (fact === 'failed' || fact === 'undelivered') && subtype === 'hard')
    .map(({ code }) => code ?? 'failed')
    .sort();
  return codes[0] === undefined ? undefined : { kind: 'fail', reason: codes[0] };
}

function verdictOnRejection(answer: Extract<Attempt['answer'], { kind: 'rejected' }>): Verdict {
  switch (answer.class) {
    case 'permanent':
    case 'suppressed':
      return { kind: 'fail', reason: answer.code };
    case 'throttled':
      return {
        kind: 'retry',
        because: answer.code,
        delaySeconds: answer.retryAfterSeconds ?? DEFAULT_THROTTLE_SECONDS,
        free: true,
      };
    case 'auth':
      return {
        kind: 'retry',
        because: answer.code,
        delaySeconds: answer.retryAfterSeconds ?? AUTH_RETRY_SECONDS,
        free: true,
      };
    case 'retryable':
      if (wasNeverCalled(answer.code))
        return {
          kind: 'retry',
          because: answer.code,
          delaySeconds: answer.retryAfterSeconds ?? NEVER_CALLED_RETRY_SECONDS,
          free: true,
        };
      return { kind: 'retry', because: answer.code, delaySeconds: answer.retryAfterSeconds };
  }
}

function failed(delivery: Delivery, reason: string, at: string): OutreachEvent {
  const { deliveryId, leg, channel } = delivery;
  return { type: 'DeliveryFailedPermanently', data: { deliveryId, leg, channel, reason, at } };
}
