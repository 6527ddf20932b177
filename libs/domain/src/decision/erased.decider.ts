import type { OutreachEvent, OutreachRequested } from '@homing/contracts';
import type { OutreachState } from '../outreach/outreach.state.js';

export interface RefuseErased {
  /** What is left of the request. */
  readonly request: OutreachRequested;
  readonly policyVersion: string;
  readonly now: string;
}

/**
 * The end of an accepted request whose person was erased before it was decided: refused, so that it is counted and says why. One
 * append to the stream that is not there, so either it or a decision stands.
 */
export function refuseErased(
  state: OutreachState,
  { request, policyVersion, now }: RefuseErased,
): readonly OutreachEvent[] {
  if (state.status !== 'none') return [];
  const [step, reason] = ['intake', 'person_erased'] as const;
  const steps = [{ step, outcome: 'refused', code: reason }] as const;
  return [
    { type: 'OutreachRequested', data: request },
    { type: 'OutreachRefused', data: { step, reason, steps, policyVersion, decidedAt: now } },
  ];
}
