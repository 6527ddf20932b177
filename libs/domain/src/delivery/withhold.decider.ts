import type { OutreachEvent } from '@homing/contracts';
import { evolveOutreach } from '../outreach/outreach.evolve.js';
import { deliveryOf, type OutreachState } from '../outreach/outreach.state.js';
import { recordAnswer } from './answer.decider.js';
import { withSettlement } from './settlement.policy.js';

export interface WithholdAttempt {
  readonly leg: number;
  readonly attempt: number;
  /** A code of ours (`campaign_stopped`, `suppressed`). */
  readonly reason: string;
  readonly now: string;
}

/**
 * Between the claim and the call it turned out that this message is never to be sent: the attempt is answered as surely not
 * accepted and its leg skipped, in one append.
 */
export function withholdAttempt(state: OutreachState, command: WithholdAttempt): readonly OutreachEvent[] {
  const { leg, attempt, reason, now } = command;
  const answer = { kind: 'rejected', class: 'permanent', code: reason } as const;
  const answered = recordAnswer(state, { leg, attempt, answer, now });
  const delivery = deliveryOf(state, leg);
  if (answered.length === 0 || !delivery || delivery.closed) return answered;
  const { deliveryId, channel } = delivery;
  const skipped: OutreachEvent = { type: 'DeliverySkipped', data: { deliveryId, leg, channel, reason, at: now } };
  return [...answered, ...withSettlement(answered.reduce(evolveOutreach, state), [skipped], now)];
}
