import type { OutreachEvent, UnknownOutcomeSettled } from '@homing/contracts';
import { deliveryOf, type Attempt, type Delivery, type OutreachState } from '../outreach/outreach.state.js';
import { attemptState, type AttemptState } from './attempt-state.policy.js';
import { absenceCountsFrom } from './recourse.policy.js';
import { withSettlement } from './settlement.policy.js';

/** An outcome that stays unknown this long, in milliseconds, is taken for sent, so that books close: 72 h. */
export const ASSUME_SENT_AFTER_MS = 72 * 3_600_000;

export interface SettleUnknown extends Pick<
  UnknownOutcomeSettled,
  'outcome' | 'via' | 'providerMessageId' | 'by' | 'note'
> {
  readonly leg: number;
  readonly attempt: number;
  /** Of a look-up: when the provider was asked. */
  readonly askedAt?: string;
  readonly now: string;
}

export type SettleDecision =
  | { readonly kind: 'settle'; readonly events: readonly OutreachEvent[] }
  /** It was settled so before. */
  | { readonly kind: 'stands' }
  | { readonly kind: 'unknown_attempt' }
  /** More is known of it than a settlement could say. */
  | { readonly kind: 'not_unknown'; readonly state: AttemptState }
  /** It is being re-sent at this moment: that it was not sent cannot be said before `until`. */
  | { readonly kind: 'under_way'; readonly until: string }
  /** The provider has nothing yet; that counts only when it was asked later than it needs to put things on record. */
  | { readonly kind: 'too_early' };

/**
 * What became of an attempt whose outcome is unknown. It is settled at most once, and only while it is unknown; what
 * follows (a retry, a failure) is for `react`.
 */
export function settleUnknown(state: OutreachState, command: SettleUnknown): SettleDecision {
  const delivery = deliveryOf(state, command.leg);
  const attempt = delivery?.attempts.find((a) => a.attempt === command.attempt);
  if (!delivery || !attempt) return { kind: 'unknown_attempt' };
  if (attempt.settled?.outcome === command.outcome) return { kind: 'stands' };
  const stands = attemptState(attempt);
  if (stands !== 'outcome_unknown') return { kind: 'not_unknown', state: stands };
  const { resend } = attempt;
  if (command.outcome === 'not_sent' && resend && Date.parse(command.now) < Date.parse(resend.leaseUntil))
    return { kind: 'under_way', until: resend.leaseUntil };
  if (command.outcome === 'not_sent' && command.via === 'lookup' && !absenceCounts(attempt, command.askedAt))
    return { kind: 'too_early' };
  const { outcome, via, providerMessageId, by, note, now } = command;
  const data: UnknownOutcomeSettled = {
    ...ofAttempt(delivery, attempt),
    outcome,
    via,
    ...(providerMessageId === undefined ? {} : { providerMessageId }),
    ...(by === undefined ? {} : { by }),
    ...(note === undefined ? {} : { note }),
    at: now,
  };
  return { kind: 'settle', events: [{ type: 'UnknownOutcomeSettled', data }] };
}

function absenceCounts(attempt: Attempt, askedAt: string | undefined): boolean {
  const from = absenceCountsFrom(attempt);
  return from !== undefined && askedAt !== undefined && Date.parse(askedAt) >= Date.parse(from);
}

/** When an attempt of unknown outcome is taken for sent. */
export const assumedSentAt = (unknownSince: string): string =>
  new Date(Date.parse(unknownSince) + ASSUME_SENT_AFTER_MS).toISOString();

/** After 72 h without a word: sent, as far as anybody will ever know. Ends its leg, together with what that settles. */
export function assumeSent(
  state: OutreachState,
  command: { readonly leg: number; readonly attempt: number; readonly now: string },
): readonly OutreachEvent[] {
  const { now } = command;
  const delivery = deliveryOf(state, command.leg);
  const attempt = delivery?.attempts.find((a) => a.attempt === command.attempt);
  if (!delivery || !attempt || attempt.unknownSince === undefined) return [];
  if (attemptState(attempt) !== 'outcome_unknown' || Date.parse(now) < Date.parse(assumedSentAt(attempt.unknownSince)))
    return [];
  const data = { ...ofAttempt(delivery, attempt), since: attempt.unknownSince, at: now };
  return withSettlement(state, [{ type: 'AttemptAssumedSent', data }], now);
}

const ofAttempt = ({ deliveryId, leg, channel }: Delivery, { attempt, provider }: Attempt) => ({
  deliveryId,
  leg,
  channel,
  attempt,
  provider,
});
