import { DECISION_STEPS, type Channel, type DecisionStep, type StepTrace } from '@homing/contracts';
import type { FrequencyCap } from '../ledger/frequency-cap.policy.js';
import type { BookingVerdict } from '../ledger/ledger.asks.js';
import type { LegPlan, PlanLeg } from './leg.plan.js';

type Facts = NonNullable<StepTrace['facts']>;

/** What was planned, and how the books answered. */
export type TracedCommand = PlanLeg & { readonly booked?: BookingVerdict | undefined };

export interface Traced {
  readonly command: TracedCommand;
  readonly plan: LegPlan;
  /** Places of its chain. Default: those of the best channels. */
  readonly places?: number;
  readonly refusal?: { readonly step: DecisionStep; readonly reason: string; readonly facts?: Facts } | undefined;
}

/** The ten steps in their order, up to the one that refused. A step that nothing is configured for says so. */
export function traceOf({ command, plan, refusal, places }: Traced): StepTrace[] {
  const steps: StepTrace[] = [];
  for (const step of DECISION_STEPS) {
    if (refusal?.step === step) {
      const { reason: code, facts } = refusal;
      return [...steps, { step, outcome: 'refused', code, ...(facts ? { facts } : {}) }];
    }
    if (step !== 'intake')
      steps.push(step === 'fallback_chain' ? chainTrace(command, plan, places) : traceStep(step, command, plan));
  }
  return steps;
}

function traceStep(step: DecisionStep, command: TracedCommand, plan: LegPlan): StepTrace {
  const passed = (code: string, facts?: Facts): StepTrace => ({
    step,
    outcome: 'passed',
    code,
    ...(facts ? { facts } : {}),
  });
  const notApplicable = (code = 'not_configured'): StepTrace => ({ step, outcome: 'not_applicable', code });
  const { request, inputs, booked } = command;
  const { caps, dedupHours } = inputs.policy.contactLimits;
  const limits = inputs.campaign?.limits;
  const chosen = plan.selection.ranked[0];
  // Refused before the books were asked.
  const unasked = plan.kind === 'refused';
  switch (step) {
    case 'dedup':
      if (!booked || dedupHours === null || request.contentKey === undefined) return notApplicable();
      return unasked ? notApplicable('not_reached') : passed('not_sent_before', { hours: dedupHours });
    case 'frequency_cap':
      if (!booked || caps.length === 0) return notApplicable();
      return unasked ? notApplicable('not_reached') : passed('within_caps', capFacts(caps, chosen?.channel));
    case 'channel_selection':
      return passed('chosen', {
        channel: chosen?.channel ?? '',
        score: chosen?.score ?? 0,
        viable: plan.selection.ranked.length,
        ...consentFacts(plan, inputs.consents !== undefined),
      });
    case 'budget':
    case 'spend':
      if (!booked || !limits || plan.kind === 'refused' || plan.leg.cost.micros === 0) return notApplicable();
      return passed(step === 'budget' ? 'fits' : 'reserved', { micros: plan.leg.cost.micros });
    case 'daily_limit':
      if (!booked || typeof limits?.dailyLimit !== 'number') return notApplicable();
      return passed('within_limit', { limit: limits.dailyLimit });
    case 'send_time':
      if (plan.kind === 'refused') return notApplicable('not_reached');
      return plan.when ? passed(plan.when.code, plan.when.facts) : passed('as_pinned');
    case 'record':
      return passed('on_commit');
    default:
      return passed('scheduled');
  }
}

/** On what consent the chosen message rests, once the register was asked. */
function consentFacts(plan: LegPlan, asked: boolean): Facts {
  if (!asked || plan.kind === 'refused') return {};
  const { consent } = plan.leg;
  return {
    consent: consent?.consentId === undefined ? 'not_required' : consent.required ? 'required_and_given' : 'given',
  };
}

function chainTrace(
  { request: { strategy } }: TracedCommand,
  { selection }: LegPlan,
  places = strategy === 'single' ? 1 : Math.min(3, selection.ranked.length),
): StepTrace {
  return { step: 'fallback_chain', outcome: 'passed', code: strategy, facts: { places } };
}

/** The caps that were looked at: those over all channels, and those of the chosen one. */
const capFacts = (caps: readonly FrequencyCap[], chosen: Channel | undefined): Facts =>
  Object.fromEntries(
    caps
      .filter(({ channel }) => channel === undefined || channel === chosen)
      .map(({ channel, hours, limit }) => [`${channel === undefined ? '' : `${channel}_`}in_${hours}_h`, limit]),
  );
