import type { OutreachEvent } from '@homing/contracts';
import {
  deliveryOf,
  lastAttemptOf,
  type Attempt,
  type Delivery,
  type OutreachState,
} from '../outreach/outreach.state.js';
import { attemptState } from './attempt-state.policy.js';
import { resendableUntil } from './recourse.policy.js';

export interface ClaimResend {
  readonly leg: number;
  readonly attempt: number;
  /** Random, made once in the claimer's memory, as for a first claim. */
  readonly claimId: string;
  readonly claimedBy: string;
  readonly now: string;
  /** Provider time-out plus margin. */
  readonly leaseMs: number;
}

export type ResendDecision =
  | {
      readonly kind: 'claim';
      readonly events: readonly OutreachEvent[];
      readonly delivery: Delivery;
      readonly attempt: Attempt;
      readonly leaseUntil: string;
    }
  | {
      readonly kind: 'stand_down';
      readonly reason: 'not_unknown' | 'no_key' | 'key_too_old' | 'too_late' | 'cancelled' | 'under_way';
    };

/**
 * May this attempt be given to the provider once more, under its own key? Only while its outcome is unknown, its provider
 * certainly still knows the key, nobody else is doing it, and the message is still wanted.
 */
export function claimResend(state: OutreachState, command: ClaimResend): ResendDecision {
  const delivery = deliveryOf(state, command.leg);
  const attempt = delivery && lastAttemptOf(delivery);
  if (state.status === 'none' || !delivery || attempt?.attempt !== command.attempt) return no('not_unknown');
  if (attemptState(attempt) !== 'outcome_unknown') return no('not_unknown');
  if (attempt.resend?.claimId === command.claimId)
    return { kind: 'claim', events: [], delivery, attempt, leaseUntil: attempt.resend.leaseUntil };
  if (state.status !== 'active' || state.cancellation || delivery.closed) return no('cancelled');
  const now = Date.parse(command.now);
  const keyUntil = resendableUntil(attempt);
  if (keyUntil === undefined) return no('no_key');
  if (now < Date.parse(attempt.resend?.leaseUntil ?? attempt.leaseUntil)) return no('under_way');
  if (now >= Date.parse(delivery.expiresAt)) return no('too_late');
  const leaseEnds = now + command.leaseMs;
  if (leaseEnds > Date.parse(keyUntil)) return no('key_too_old');
  const leaseUntil = new Date(leaseEnds).toISOString();
  const { deliveryId, leg, channel } = delivery;
  const { claimId, claimedBy } = command;
  const of = { deliveryId, leg, channel, attempt: attempt.attempt, provider: attempt.provider };
  const data = { ...of, claimId, claimedBy, startedAt: command.now, leaseUntil };
  return { kind: 'claim', events: [{ type: 'AttemptResendStarted', data }], delivery, attempt, leaseUntil };
}

type StandDown = Extract<ResendDecision, { kind: 'stand_down' }>;
const no = (reason: StandDown['reason']): StandDown => ({ kind: 'stand_down', reason });
