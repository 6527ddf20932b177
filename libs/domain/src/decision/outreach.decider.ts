import {
  type Chain,
  deliveryIdOf,
  type Money,
  type OutreachEvent,
  type OutreachRefused,
  type RecordedInputs,
} from '@homing/contracts';
import type { BookingVerdict } from '../ledger/ledger.asks.js';
import type { OutreachState } from '../outreach/outreach.state.js';
import { chainOf, RANKED_PLACES, stepCommand } from '../sequence/chain.plan.js';
import { passedOver } from '../sequence/chain.closing.js';
import { planLeg, type LegPlan, type PlanLeg } from './leg.plan.js';
import { recordHours, recordInputs } from './recorded.inputs.js';
import { traceOf } from './steps.trace.js';

/** One message and how the books answered for it. Absent: nothing was asked of them, and nothing is booked. */
export interface BookedLeg extends PlanLeg {
  readonly booked?: BookingVerdict | undefined;
}

export interface DecideOutreach extends BookedLeg {
  /** The steps of its chain that were asked for, in their order. Absent: one message by the best channel. */
  readonly legs?: readonly BookedLeg[];
}

type Refusal = Pick<OutreachRefused, 'step' | 'reason'> & {
  readonly facts?: OutreachRefused['steps'][number]['facts'];
};

interface Weighed {
  readonly command: BookedLeg;
  readonly plan: LegPlan;
  readonly refusal: Refusal | undefined;
}

type Kept = Weighed & { readonly plan: Extract<LegPlan, { kind: 'planned' }> };

/**
 * The decision on one request: requested + decided + scheduled, or requested + refused with its step, as one append that is
 * the commit point. An outreach that was decided before is never decided again.
 */
export function decideOutreach(state: OutreachState, command: DecideOutreach): readonly OutreachEvent[] {
  if (state.status !== 'none') return [];
  const { request, now } = command;
  const { policy } = command.inputs;
  const requested: OutreachEvent = { type: 'OutreachRequested', data: request };
  const chain = chainOf(command);
  const asked = command.legs?.length ? command.legs : unbooked(command, chain);
  const weighed = asked.map(weigh);
  const kept = weighed.filter((each): each is Kept => each.plan.kind === 'planned' && each.refusal === undefined);
  const [first] = kept;
  const told = first ?? weighed[0];
  const inputs = recordInputs(request.contacts, command.inputs, {
    ...takenAs(command),
    ...recordHours(command.inputs, told?.plan.kind === 'planned' ? told.plan.when : undefined),
  });
  if (!first) return [requested, refused(weighed, { policyVersion: policy.version, decidedAt: now, inputs })];
  const { selection } = first.plan;
  const legs = kept.map(({ plan, command: { booked } }) =>
    booked?.kind === 'booked' ? { ...plan.leg, booking: booked.booking } : plan.leg,
  );
  const places = request.strategy === 'single' ? 1 : RANKED_PLACES;
  const explanation = {
    policyVersion: policy.version,
    decidedAt: now,
    steps: traceOf({ ...first, ...(chain ? { places: chain.steps.length } : {}) }),
    ranked: selection.ranked.map(({ contact: _contact, ...ranked }) => ranked),
    excluded: selection.excluded,
    selection: selection.record,
  };
  const decided: OutreachEvent = {
    type: 'OutreachDecided',
    data: {
      strategy: request.strategy,
      legs,
      fallbackChain: chain
        ? chain.steps.map(({ channel }) => channel)
        : selection.ranked.slice(0, places).map((ranked) => ranked.channel),
      ...(chain ? { chain } : {}),
      cost: sumOf(legs.map(({ cost }) => cost)),
      confidence: selection.confidence,
      explanation,
      inputs,
    },
  };
  const passed = weighed.flatMap(({ refusal, command: { step } }) =>
    refusal && step ? [passedOver({ request }, step, { reason: refusal.reason, step: refusal.step, at: now })] : [],
  );
  const scheduled = legs.map(({ leg, channel, sendAt }): OutreachEvent => ({
    type: 'DeliveryScheduled',
    data: { deliveryId: deliveryIdOf(request.outreachId, leg), leg, channel, sendAt, expiresAt: request.expiresAt },
  }));
  return [requested, decided, ...passed, ...scheduled];
}

/** What would be asked for in the books: of a chain every step up to the first that can be planned, of channels tried at once all. */
function unbooked(command: DecideOutreach, chain: Chain | undefined): readonly BookedLeg[] {
  if (!chain?.steps.length || command.booked || command.pinned) return [command];
  const steps = chain.steps.map((step) => stepCommand(command, step));
  if (chain.strategy === 'parallel') return steps;
  const planned = steps.findIndex((step) => planLeg(step).kind === 'planned');
  return planned < 0 ? steps : steps.slice(0, planned + 1);
}

function weigh(command: BookedLeg): Weighed {
  const plan = planLeg(command);
  const { booked } = command;
  return { command, plan, refusal: plan.kind === 'refused' ? plan : booked?.kind === 'refused' ? booked : undefined };
}

/** Of a chain of which nothing can be sent: a repeat is named, else what refused its first step. */
function refused(weighed: readonly Weighed[], rest: Omit<OutreachRefused, 'step' | 'reason' | 'steps'>): OutreachEvent {
  const telling = weighed.find(({ refusal }) => refusal?.step === 'dedup') ?? weighed[0];
  const { step, reason } = telling?.refusal ?? { step: 'intake', reason: 'unknown' };
  return { type: 'OutreachRefused', data: { step, reason, steps: telling ? traceOf(telling) : [], ...rest } };
}

/** Of messages sent at once the sum, where they are of one currency; else the first's. */
function sumOf([first = { micros: 0, currency: 'EUR' }, ...others]: readonly Money[]): Money {
  const { currency } = first;
  const same = others.filter((cost) => cost.currency === currency || cost.micros === 0);
  return { currency, micros: same.reduce((sum, { micros }) => sum + micros, first.micros) };
}

/** How the decision was taken, where it differs from most. */
const takenAs = ({ pinned, legs = [], round = 1 }: DecideOutreach): Pick<RecordedInputs, 'b' | 'r'> => ({
  ...((pinned ?? legs.some((leg) => leg.pinned)) ? { b: 1 as const } : {}),
  ...(round > 1 ? { r: round } : {}),
});
