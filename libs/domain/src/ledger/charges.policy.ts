import { attemptState, type AttemptState } from '../delivery/attempt-state.policy.js';
import type { Attempt, Delivery } from '../outreach/outreach.state.js';

/** Nobody knows yet what becomes of it. */
export const OPEN: ReadonlySet<AttemptState> = new Set(['pending', 'outcome_unknown', 'awaiting_person']);

/** How many messages of the leg the provider took, and so charges for. */
export const chargesOf = (delivery: Delivery): number => delivery.attempts.filter(wasTaken).length;

/** The provider took it, or it is taken for that. */
export function wasTaken(attempt: Attempt): boolean {
  const state = attemptState(attempt);
  const taken = attempt.answer?.kind === 'accepted' || attempt.settled?.outcome === 'sent';
  return taken || attempt.assumedSentAt !== undefined || (!OPEN.has(state) && state !== 'failed');
}
