import type { OutreachEvent } from '@homing/contracts';
import {
  deliveryOf,
  lastAttemptOf,
  type Attempt,
  type Delivery,
  type KnownOutreach,
  type OutreachState,
} from '../outreach/outreach.state.js';
import { attemptState, bounceSubtype } from './attempt-state.policy.js';
import { cancelledInstead } from './cancel.decider.js';
import {
  AUTH_RETRY_SECONDS,
  DEFAULT_THROTTLE_SECONDS,
  freeRetryFloorSeconds,
  retryDelaySeconds,
  triesUsed,
} from './retry.policy.js';
import { withSettlement } from './settlement.policy.js';

/**
 * What follows from how things stand: a retry, a permanent failure, the settling. Deciding it twice gives nothing the second
 * time, so repeating a reaction is harmless.
 */
export function react(state: OutreachState, now: string): readonly OutreachEvent[] {
  if (state.status !== 'active') return [];
  const events = state.deliveries.flatMap((delivery) => reactTo(state, delivery, now));
  return withSettlement(state, events, now);
}

/** True when `react` would change something. */
export const needsReaction = (state: OutreachState, leg: number): boolean => {
  const delivery = deliveryOf(state, leg);
  return (
    state.status === 'active' &&
    delivery !== undefined &&
    reactTo(state, delivery, '1970-01-01T00:00:00.000Z').length > 0
  );
};

function reactTo(state: KnownOutreach, delivery: Delivery, now: string): OutreachEvent[] {
  const last = lastAttemptOf(delivery);
  if (!last || delivery.closed) return [];
  const verdict = verdictOn(last);
  if (verdict.kind === 'wait') return [];
  if (verdict.kind === 'fail') return [failed(delivery, verdict.reason, now)];
  const cancelled = cancelledInstead(state, delivery, now);
  if (cancelled) return [cancelled];
  if (delivery.next) return [];
  const used = triesUsed(delivery);
  if (!verdict.free && used > delivery.plan.retry.maxRetries)
    return [failed(delivery, `retries_exhausted:${verdict.because}`, now)];
  const wait = verdict.delaySeconds ?? retryDelaySeconds(delivery.plan.retry, Math.max(0, used - 1));
  const delay = verdict.free ? Math.max(wait, freeRetryFloorSeconds(delivery)) : wait;
  const at = new Date(Date.parse(now) + delay * 1000).toISOString();
  const { deliveryId, leg, channel } = delivery;
  if (Date.parse(at) >= Date.parse(delivery.expiresAt))
    return [{ type: 'DeliveryExpired', data: { deliveryId, leg, channel, at: now } }];
  return [
    {
      type: 'RetryScheduled',
      data: { deliveryId, leg, channel, attempt: last.attempt + 1, at, because: verdict.because },
    },
  ];
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
      return { kind: 'retry', because: 'undelivered' };
    case 'failed':
      return attempt.answer?.kind === 'rejected'
        ? verdictOnRejection(attempt.answer)
        : { kind: 'retry', because: attempt.settled ? 'not_sent' : 'failed' };
    default:
      // Reached, under way, or unknown: an unknown outcome is never re-sent.
      return { kind: 'wait' };
  }
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
      return { kind: 'retry', because: answer.code, delaySeconds: answer.retryAfterSeconds };
  }
}

function failed(delivery: Delivery, reason: string, at: string): OutreachEvent {
  const { deliveryId, leg, channel } = delivery;
  return { type: 'DeliveryFailedPermanently', data: { deliveryId, leg, channel, reason, at } };
}
