import { deliveryIdOf, type ChainStep, type OutreachEvent } from '@homing/contracts';
import { attemptState } from '../delivery/attempt-state.policy.js';
import type { Delivery, KnownOutreach } from '../outreach/outreach.state.js';
import { chainStand, stoppedBy } from './chain.stand.js';

/** What ends with a chain: the steps that are left are passed over, and a leg that has not started is not started any more. */
export function chainClosing(state: KnownOutreach, now: string): OutreachEvent[] {
  if (!state.chain) return [];
  const stand = chainStand(state, now);
  if (stand && stand.kind !== 'over') return [];
  const over = stand?.over ?? stoppedBy(state);
  const reason = over === 'at_its_end' ? undefined : over;
  if (reason === undefined) return [];
  const passed = (stand?.rest ?? []).map((step) => passedOver(state, step, { reason, at: now }));
  if (reason === 'cancelled' || reason === 'deadline_passed') return passed;
  const skipped = state.deliveries.filter(isAtRest).map(({ deliveryId, leg, channel }): OutreachEvent => ({
    type: 'DeliverySkipped',
    data: { deliveryId, leg, channel, reason, at: now },
  }));
  return [...skipped, ...passed];
}

export const passedOver = (
  { request }: Pick<KnownOutreach, 'request'>,
  { step: leg, channel }: ChainStep,
  why: Pick<Extract<OutreachEvent, { type: 'StepPassedOver' }>['data'], 'reason' | 'step' | 'at'>,
): OutreachEvent => ({
  type: 'StepPassedOver',
  data: { deliveryId: deliveryIdOf(request.outreachId, leg), leg, channel, ...why },
});

/** It waits for its time or for a person, or failed and waits for what follows. */
function isAtRest({ closed, next, attempts }: Delivery): boolean {
  const last = attempts.at(-1);
  const stands = last && attemptState(last);
  return !closed && (next !== undefined || stands === 'failed' || stands === 'awaiting_person');
}
