import {
  DEFAULT_WAIT_HOURS,
  type Chain,
  type ChainStep,
  type Channel,
  type OutreachRequested,
  type RequestedStep,
} from '@homing/contracts';
import { selectForLeg } from '../decision/leg.selection.js';
import { planLeg, type DecisionInputs, type PlanLeg } from '../decision/leg.plan.js';
import type { LegAnswer } from '../delivery/rebooking.policy.js';
import type { BookingVerdict } from '../ledger/ledger.asks.js';
import { roundOf, type KnownOutreach } from '../outreach/outreach.state.js';
import type { PlacedChannel } from '../routing/channel-order.policy.js';

/** Places of a chain that nobody set the steps of. */
export const RANKED_PLACES = 3;

/**
 * The steps of an outreach, in their order: those asked for, else the three best channels. An `auto` step takes the best channel that no
 * other step has. Undefined where one message by the best channel is asked for.
 */
export function chainOf(command: PlanLeg): Chain | undefined {
  const { strategy, steps, sequence } = command.request;
  const ranked = (strategy !== 'single' || steps) && selectForLeg(command).ranked;
  if (!ranked) return undefined;
  const chain = steps ? withChannels(steps, (step) => selectForLeg(asStep(command, step)).ranked) : byRank(ranked);
  return { strategy, ...(sequence ? { sequence } : {}), steps: chain.map((step) => pinned(step, command)) };
}

/** With what only the request's inputs say: a later step is planned when they are not at hand any more. */
function pinned(step: ChainStep, { inputs: { allowed, optedOut, contentChannels, freeText } }: PlanLeg): ChainStep {
  const { channel } = step;
  const barred =
    allowed && !allowed.includes(channel)
      ? 'not_allowed_by_request'
      : optedOut.includes(channel)
        ? 'opted_out'
        : undefined;
  const own = step.contentChannels ? {} : { contentChannels, ...(freeText ? { freeText } : {}) };
  return { ...own, ...step, ...(barred === undefined ? {} : { barred }) };
}

function withChannels(
  steps: readonly RequestedStep[],
  rankedFor: (step: RequestedStep) => readonly PlacedChannel[],
): ChainStep[] {
  const taken = new Set<Channel>(steps.flatMap(({ channel }) => (channel === 'auto' ? [] : [channel])));
  return steps.map((step): ChainStep => {
    const { channel } = step;
    if (channel !== 'auto') return { ...step, channel, because: 'step' };
    const ranked = rankedFor(step);
    const best = ranked.find((each) => !taken.has(each.channel)) ?? ranked[0];
    if (best) taken.add(best.channel);
    // Nobody can be reached by any: the step is passed over when it is planned, with the reason.
    return { ...step, channel: best?.channel ?? 'email', because: best?.reason ?? 'none_viable' };
  });
}

const byRank = (ranked: readonly PlacedChannel[]): ChainStep[] =>
  ranked.slice(0, RANKED_PLACES).map(({ channel, reason }, i) => ({
    step: i + 1,
    channel,
    waitHours: DEFAULT_WAIT_HOURS,
    until: 'delivered',
    because: reason,
  }));

/** What is asked for with what a step has of its own: its content, and what that has bodies for. */
function asStep(command: PlanLeg, step: Omit<RequestedStep, 'channel'>): PlanLeg {
  const { request, inputs } = command;
  return {
    ...command,
    request: contentOfStep(request, step),
    inputs: step.contentChannels
      ? { ...inputs, contentChannels: step.contentChannels, freeText: step.freeText ?? [] }
      : inputs,
  };
}

/** Planning of one step of a chain, whether at the decision or when its turn comes. */
export const stepCommand = (command: PlanLeg, step: ChainStep): PlanLeg => ({ ...asStep(command, step), step });

const contentOfStep = (
  request: OutreachRequested,
  { content, contentKey }: Pick<RequestedStep, 'content' | 'contentKey'>,
): OutreachRequested =>
  content ? { ...request, content, ...(contentKey === undefined ? {} : { contentKey }) } : request;

/** What is known when a later step's turn comes. */
export interface LaterInputs extends Pick<
  DecisionInputs,
  'policy' | 'campaign' | 'clock' | 'suppressed' | 'consents' | 'lastInboundAt'
> {
  readonly now: string;
}

/** Planning of a step after the first: with the request and what its decision pinned, by the rules of now. */
export function laterCommand(state: KnownOutreach, step: ChainStep, { now, ...inputs }: LaterInputs): PlanLeg {
  const { sendAt: _past, ...request } = state.request;
  const known: DecisionInputs = {
    ...inputs,
    optedOut: step.barred === undefined ? [] : [step.channel],
    contentChannels: [],
  };
  return stepCommand({ request, inputs: known, now, round: laterRound(state, step) }, step);
}

/**
 * What a later step reserves has names of its own: what the decision may have reserved for it and not committed, and what was reserved
 * before it was fenced off, is given back by whoever comes upon it, and must not be taken over before that.
 */
const laterRound = (state: KnownOutreach, { step }: ChainStep): number =>
  roundOf(state) + 1 + (state.fences?.[step] ?? 0);

/** How a step could be planned, and booked where it could. */
export function legAnswer(
  command: PlanLeg & { readonly booked?: BookingVerdict | undefined },
  fence: number,
): LegAnswer {
  const plan = planLeg(command);
  const { booked } = command;
  const refusal = plan.kind === 'refused' ? plan : booked?.kind === 'refused' ? booked : undefined;
  if (refusal || plan.kind === 'refused') {
    const { step, reason } = refusal ?? { step: 'intake', reason: 'unknown' };
    return { kind: 'passed_over', fence, step, reason: command.step?.barred ?? reason };
  }
  const leg = booked?.kind === 'booked' ? { ...plan.leg, booking: booked.booking } : plan.leg;
  return { kind: 'planned', fence, plan: leg };
}
