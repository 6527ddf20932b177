import type { OutreachEvent, Recourse, SendProof } from '@homing/contracts';
import { deliveryOf, type Delivery, type OutreachState } from '../outreach/outreach.state.js';
import { isLapsed } from './rebooking.policy.js';
import { withSettlement } from './settlement.policy.js';

export interface ClaimAttempt {
  readonly leg: number;
  readonly attempt: number;
  /** Random, made once in the claimer's memory: what makes the claim exclusive (DESIGN section 4, rule 3). */
  readonly claimId: string;
  readonly claimedBy: string;
  readonly now: string;
  /** Provider time-out plus margin. */
  readonly leaseMs: number;
  /** Who is to send it. Default: as planned. */
  readonly provider?: string;
  /** How its outcome could be found out later, should nobody record it. */
  readonly recourse?: Recourse;
  /** What stands now and is to be shown later. */
  readonly proof?: SendProof;
}

export type StandDownReason =
  'unknown_outreach' | 'closed' | 'already_started' | 'superseded' | 'not_due' | 'booking_lapsed';

export type ClaimDecision =
  | {
      readonly kind: 'claim';
      readonly events: readonly OutreachEvent[];
      readonly delivery: Delivery;
      readonly leaseUntil: string;
    }
  /** Too late to send: the deadline's events are to be appended instead. */
  | { readonly kind: 'expire'; readonly events: readonly OutreachEvent[] }
  | { readonly kind: 'stand_down'; readonly reason: StandDownReason };

/** May this attempt be started now? Only the attempt that is next, only when due, never past the deadline. */
export function claimAttempt(state: OutreachState, command: ClaimAttempt): ClaimDecision {
  const delivery = deliveryOf(state, command.leg);
  if (state.status === 'none' || !delivery) return { kind: 'stand_down', reason: 'unknown_outreach' };
  if (state.status === 'settled' || delivery.closed) return { kind: 'stand_down', reason: 'closed' };
  const mine = delivery.attempts.find((attempt) => attempt.claimId === command.claimId);
  if (mine && mine.attempt === command.attempt && !mine.answer) {
    // Our own claim, stored by a try whose answer was lost: nothing to append, still ours to send.
    return { kind: 'claim', events: [], delivery, leaseUntil: mine.leaseUntil };
  }
  if (delivery.next?.attempt !== command.attempt) {
    const started = delivery.attempts.some((attempt) => attempt.attempt === command.attempt);
    return { kind: 'stand_down', reason: started ? 'already_started' : 'superseded' };
  }
  const { deliveryId, leg, channel } = delivery;
  const now = Date.parse(command.now);
  if (now >= Date.parse(delivery.expiresAt)) {
    return {
      kind: 'expire',
      events: withSettlement(
        state,
        [{ type: 'DeliveryExpired', data: { deliveryId, leg, channel, at: command.now } }],
        command.now,
      ),
    };
  }
  if (now < Date.parse(delivery.next.at)) return { kind: 'stand_down', reason: 'not_due' };
  // Its place in the caps and budgets was for an earlier instant: it is booked anew before it may start.
  if (isLapsed(delivery, command.now)) return { kind: 'stand_down', reason: 'booking_lapsed' };
  const leaseUntil = new Date(now + command.leaseMs).toISOString();
  const { attempt, claimId, claimedBy } = command;
  const started: OutreachEvent = {
    type: 'AttemptStarted',
    data: {
      deliveryId,
      leg,
      channel,
      attempt,
      claimId,
      claimedBy,
      provider: command.provider ?? delivery.plan.provider,
      startedAt: command.now,
      leaseUntil,
      ...(command.recourse ? { recourse: command.recourse } : {}),
      ...(command.proof ? { proof: command.proof } : {}),
    },
  };
  return { kind: 'claim', events: [started], delivery, leaseUntil };
}
