import type {
  DecisionStep,
  OutreachEvent,
  OutreachRefused,
  OutreachRequested,
  PlannedLeg,
  StepTrace,
} from '@homing/contracts';
import { deliveryIdOf } from '@homing/contracts';
import type { OutreachState } from '../outreach/outreach.state.js';
import { selectChannels, type ChannelInputs, type ChannelSelection } from './channel-selection.policy.js';
import type { ChannelPolicy, DecisionPolicy } from './policy.state.js';

/** Everything a decision rests on, gathered at the edge. */
export interface DecisionInputs extends ChannelInputs {
  readonly policy: DecisionPolicy;
  readonly campaign?: { readonly status: 'active' | 'paused' | 'stopped' };
}

export interface DecideOutreach {
  readonly request: OutreachRequested;
  readonly inputs: DecisionInputs;
  readonly now: string;
}

/**
 * The decision on one request: requested + decided + scheduled, or requested + refused with its step, as one append that is
 * the commit point. An outreach that was decided before is never decided again.
 */
export function decideOutreach(state: OutreachState, command: DecideOutreach): readonly OutreachEvent[] {
  if (state.status !== 'none') return [];
  const { request, now } = command;
  const requested: OutreachEvent = { type: 'OutreachRequested', data: request };
  const verdict = takeSteps(command);
  if (verdict.kind === 'refused') {
    const { step, reason, steps } = verdict;
    const data: OutreachRefused = { step, reason, steps, policyVersion: command.inputs.policy.version, decidedAt: now };
    return [requested, { type: 'OutreachRefused', data }];
  }
  const { leg, selection, steps } = verdict;
  const { policy } = command.inputs;
  const chosen = selection.ranked[0];
  const explanation = {
    policyVersion: policy.version,
    decidedAt: now,
    steps,
    ranked: selection.ranked.map(({ contact: _contact, ...ranked }) => ranked),
    excluded: selection.excluded,
  };
  const fallbackChain = selection.ranked
    .slice(0, request.strategy === 'single' ? 1 : 3)
    .map((ranked) => ranked.channel);
  const decided: OutreachEvent = {
    type: 'OutreachDecided',
    data: {
      strategy: request.strategy,
      legs: [leg],
      fallbackChain,
      cost: leg.cost,
      confidence: chosen?.score ?? 0,
      explanation,
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

type Verdict =
  | { kind: 'refused'; step: DecisionStep; reason: string; steps: StepTrace[] }
  | { kind: 'planned'; leg: PlannedLeg; selection: ChannelSelection; steps: StepTrace[] };

/** The ten steps in order. Those that nothing is configured for say so instead of claiming to have passed. */
function takeSteps({ request, inputs, now }: DecideOutreach): Verdict {
  const steps: StepTrace[] = [];
  const passed = (step: DecisionStep, code: string, facts?: StepTrace['facts']): void => {
    steps.push({ step, outcome: 'passed', code, ...(facts ? { facts } : {}) });
  };
  const notConfigured = (step: DecisionStep): void =>
    void steps.push({ step, outcome: 'not_applicable', code: 'not_configured' });
  const refused = (step: DecisionStep, reason: string): Verdict => {
    steps.push({ step, outcome: 'refused', code: reason });
    return { kind: 'refused', step, reason, steps };
  };

  if (Date.parse(now) >= Date.parse(request.expiresAt)) return refused('intake', 'deadline_passed');
  if (inputs.campaign && inputs.campaign.status !== 'active')
    return refused('intake', `campaign_${inputs.campaign.status}`);
  notConfigured('dedup');
  notConfigured('frequency_cap');
  const selection = selectChannels(request, inputs, inputs.policy);
  const chosen = selection.ranked[0];
  if (!chosen) return refused('channel_selection', selection.excluded[0]?.reason ?? 'no_contact_point');
  const channel: ChannelPolicy | undefined = inputs.policy.channels[chosen.channel];
  if (!channel) return refused('channel_selection', 'channel_not_enabled');
  passed('channel_selection', 'chosen', {
    channel: chosen.channel,
    score: chosen.score,
    viable: selection.ranked.length,
  });
  notConfigured('budget');
  notConfigured('daily_limit');
  const sendAt = laterOf(now, request.sendAt);
  if (Date.parse(sendAt) >= Date.parse(request.expiresAt)) return refused('send_time', 'send_time_after_deadline');
  passed('send_time', sendAt === now ? 'now' : 'as_requested');
  passed('record', 'on_commit');
  notConfigured('spend');
  passed('fallback_chain', request.strategy, {
    places: request.strategy === 'single' ? 1 : Math.min(3, selection.ranked.length),
  });
  passed('answer', 'scheduled');
  const { ordinal, fingerprint, mask } = chosen.contact;
  const leg: PlannedLeg = {
    leg: 1,
    channel: chosen.channel,
    provider: channel.provider,
    contact: { ordinal, fingerprint, mask },
    sendAt,
    cost: channel.price,
    retry: channel.retry,
  };
  return { kind: 'planned', leg, selection, steps };
}

const laterOf = (now: string, wanted: string | undefined): string =>
  wanted !== undefined && Date.parse(wanted) > Date.parse(now) ? new Date(Date.parse(wanted)).toISOString() : now;
