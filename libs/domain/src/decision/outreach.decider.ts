import { deliveryIdOf, type OutreachEvent, type OutreachRefused, type RecordedInputs } from '@homing/contracts';
import type { BookingVerdict } from '../ledger/ledger.asks.js';
import type { OutreachState } from '../outreach/outreach.state.js';
import { planLeg, type PlanLeg } from './leg.plan.js';
import { recordHours, recordInputs } from './recorded.inputs.js';
import { traceOf } from './steps.trace.js';

export interface DecideOutreach extends PlanLeg {
  /** How the books answered the plan's asks. Absent: nothing was asked of them, and nothing is booked. */
  readonly booked?: BookingVerdict | undefined;
}

/**
 * The decision on one request: requested + decided + scheduled, or requested + refused with its step, as one append that is
 * the commit point. An outreach that was decided before is never decided again.
 */
export function decideOutreach(state: OutreachState, command: DecideOutreach): readonly OutreachEvent[] {
  if (state.status !== 'none') return [];
  const { request, now, booked } = command;
  const { policy } = command.inputs;
  const requested: OutreachEvent = { type: 'OutreachRequested', data: request };
  const plan = planLeg(command);
  const inputs = recordInputs(request.contacts, command.inputs, {
    ...takenAs(command),
    ...recordHours(command.inputs, plan.kind === 'planned' ? plan.when : undefined),
  });
  const refusal = plan.kind === 'refused' ? plan : booked?.kind === 'refused' ? booked : undefined;
  const steps = traceOf({ command, plan, refusal });
  if (plan.kind === 'refused' || refusal) {
    const { step, reason } = refusal ?? { step: 'intake', reason: 'unknown' };
    const data: OutreachRefused = { step, reason, steps, policyVersion: policy.version, decidedAt: now, inputs };
    return [requested, { type: 'OutreachRefused', data }];
  }
  const { selection } = plan;
  const leg = booked?.kind === 'booked' ? { ...plan.leg, booking: booked.booking } : plan.leg;
  const explanation = {
    policyVersion: policy.version,
    decidedAt: now,
    steps,
    ranked: selection.ranked.map(({ contact: _contact, ...ranked }) => ranked),
    excluded: selection.excluded,
    selection: selection.record,
  };
  const places = request.strategy === 'single' ? 1 : 3;
  const decided: OutreachEvent = {
    type: 'OutreachDecided',
    data: {
      strategy: request.strategy,
      legs: [leg],
      fallbackChain: selection.ranked.slice(0, places).map((ranked) => ranked.channel),
      cost: leg.cost,
      confidence: selection.confidence,
      explanation,
      inputs,
    },
  };
  const scheduled: OutreachEvent = {
    type: 'DeliveryScheduled',
    data: {
      deliveryId: deliveryIdOf(request.outreachId, leg.leg),
      leg: leg.leg,
      channel: leg.channel,
      sendAt: leg.sendAt,
      expiresAt: request.expiresAt,
    },
  };
  return [requested, decided, scheduled];
}

/** How the decision was taken, where it differs from most. */
const takenAs = ({ pinned, round = 1 }: DecideOutreach): Pick<RecordedInputs, 'b' | 'r'> => ({
  ...(pinned ? { b: 1 as const } : {}),
  ...(round > 1 ? { r: round } : {}),
});
