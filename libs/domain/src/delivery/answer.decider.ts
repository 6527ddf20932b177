import type { AttemptOutcomeUnknown, OutreachEvent, RejectionClass } from '@homing/contracts';
import { attemptState, type AttemptState } from './attempt-state.policy.js';
import { deliveryOf, type Attempt, type Delivery, type OutreachState } from '../outreach/outreach.state.js';

/** What came of calling the provider. */
export type ProviderAnswer =
  | { readonly kind: 'accepted'; readonly providerMessageId: string }
  | {
      readonly kind: 'rejected';
      readonly class: RejectionClass;
      readonly code: string;
      readonly retryAfterSeconds?: number;
    }
  | { readonly kind: 'unknown'; readonly reason: AttemptOutcomeUnknown['reason'] }
  /** Surely not sent, and no machine may: a person is to be asked. */
  | { readonly kind: 'assisted'; readonly reason: string };

export interface RecordAnswer {
  readonly leg: number;
  readonly attempt: number;
  readonly answer: ProviderAnswer;
  readonly now: string;
}

/**
 * The answer to an attempt, recorded once. A definite answer is recorded even after the lease had made the outcome unknown;
 * an unknown one only while nothing better is known.
 */
export function recordAnswer(state: OutreachState, command: RecordAnswer): readonly OutreachEvent[] {
  const delivery = deliveryOf(state, command.leg);
  const attempt = delivery?.attempts.find((a) => a.attempt === command.attempt);
  if (!delivery || !attempt || attempt.answer || attempt.assistance) return [];
  const { deliveryId, leg, channel } = delivery;
  const of = { deliveryId, leg, channel, attempt: attempt.attempt, provider: attempt.provider };
  const { answer, now } = command;
  switch (answer.kind) {
    case 'accepted':
      return [
        { type: 'AttemptAccepted', data: { ...of, providerMessageId: answer.providerMessageId, acceptedAt: now } },
      ];
    case 'rejected': {
      const retryAfter = answer.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: answer.retryAfterSeconds };
      return [
        {
          type: 'AttemptRejected',
          data: { ...of, class: answer.class, code: answer.code, ...retryAfter, rejectedAt: now },
        },
      ];
    }
    case 'assisted':
      // Found out meanwhile to be not sent, it is made again: whoever makes that attempt is told the same.
      if (delivery.next && attempt.settled?.outcome === 'not_sent') return [];
      return mayBeAsked(state, delivery, attempt)
        ? [{ type: 'AssistanceRequested', data: { ...of, reason: answer.reason, requestedAt: now } }]
        : [
            {
              type: 'AttemptRejected',
              data: { ...of, class: 'permanent', code: answer.reason, rejectedAt: now },
            },
          ];
    case 'unknown':
      return attemptState(attempt) === 'pending'
        ? [{ type: 'AttemptOutcomeUnknown', data: { ...of, reason: answer.reason, since: now } }]
        : [];
  }
}

/** A late answer finds its delivery ended or gone on: nobody is asked then, and it only tells that nothing was sent. */
const mayBeAsked = (state: OutreachState, { closed, next }: Delivery, attempt: Attempt): boolean =>
  state.status === 'active' && !closed && !next && UNANSWERED.has(attemptState(attempt));
const UNANSWERED: ReadonlySet<AttemptState> = new Set(['pending', 'outcome_unknown']);

/** After its lease nobody calls the provider for an attempt any more: without an answer its outcome is unknown. */
export function expireLease(
  state: OutreachState,
  command: { leg: number; attempt: number; now: string },
): readonly OutreachEvent[] {
  const attempt = deliveryOf(state, command.leg)?.attempts.find((a) => a.attempt === command.attempt);
  if (!attempt || Date.parse(command.now) < Date.parse(attempt.leaseUntil)) return [];
  return recordAnswer(state, { ...command, answer: { kind: 'unknown', reason: 'lease_expired' } });
}
