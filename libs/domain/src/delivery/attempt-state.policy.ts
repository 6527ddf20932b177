import type { ProviderFact, ProviderFactKind } from '@homing/contracts';
import type { Attempt } from '../outreach/outreach.state.js';

/** States of one attempt, from best known to least known. `deferred` is no end: the provider goes on trying. `awaiting_person`: surely not sent, and somebody is asked to. */
export const ATTEMPT_STATES = [
  'complained',
  'unsubscribed',
  'replied',
  'clicked',
  'opened',
  'read',
  'bounced',
  'delivered',
  'dropped',
  'undelivered',
  'failed',
  'deferred',
  'sent',
  'queued',
  'assumed_sent',
  'outcome_unknown',
  'awaiting_person',
  'pending',
] as const;

export type AttemptState = (typeof ATTEMPT_STATES)[number];

/** The person was reached: whatever else is said of this attempt. */
export const REACHED: ReadonlySet<AttemptState> = new Set([
  'complained',
  'unsubscribed',
  'replied',
  'clicked',
  'opened',
  'read',
  'delivered',
]);

/** The provider has it, or may have it, and has not said that it ended badly: starting another would be a second message. */
export const IN_HANDS: ReadonlySet<AttemptState> = new Set([
  ...REACHED,
  'pending',
  'queued',
  'sent',
  'deferred',
  'assumed_sent',
  'outcome_unknown',
  'awaiting_person',
]);

/**
 * The state of an attempt is a function of the SET of its facts: neither their order nor their repetition matters.
 *
 * Where facts contradict each other, evidence of a person wins (who clicks has received), then a bounce over a delivery (an
 * asynchronous bounce comes after `delivered`), then a delivery over an earlier failure (providers README 0.4). Where a
 * provider's webhooks say nothing, its own answer to the call counts first, then what came to light about an unknown outcome,
 * last the assumption.
 */
export function attemptState(
  attempt: Pick<Attempt, 'answer' | 'assistance' | 'settled' | 'assumedSentAt' | 'unknownSince' | 'facts'>,
): AttemptState {
  const said = new Set(attempt.facts.flatMap(impliedStates));
  if (said.has('unsubscribed') && resubscribedLater(attempt.facts)) said.delete('unsubscribed');
  const best = ATTEMPT_STATES.find((state) => said.has(state));
  if (best) return best;
  if (attempt.answer?.kind === 'accepted') return 'queued';
  if (attempt.answer?.kind === 'rejected') return 'failed';
  if (attempt.assistance) return assistedState(attempt.assistance);
  if (attempt.settled) return attempt.settled.outcome === 'sent' ? 'queued' : 'failed';
  if (attempt.assumedSentAt !== undefined) return 'assumed_sent';
  return attempt.unknownSince === undefined ? 'pending' : 'outcome_unknown';
}

/** What a person did counts as `sent`: nobody can say that it arrived. */
function assistedState({ end }: NonNullable<Attempt['assistance']>): AttemptState {
  if (!end) return 'awaiting_person';
  return end.outcome === 'sent' ? 'sent' : 'failed';
}

/** A machine's open or click says no more than that the message arrived. */
function impliedStates(fact: ProviderFact): AttemptState[] {
  if (fact.fact === 'other' || fact.fact === 'resubscribed') return [];
  if (fact.machine && (fact.fact === 'opened' || fact.fact === 'clicked')) return ['delivered'];
  return [fact.fact];
}

/** A tie keeps the person unsubscribed. */
function resubscribedLater(facts: readonly ProviderFact[]): boolean {
  const latest = (kind: ProviderFactKind): number =>
    Math.max(-Infinity, ...facts.filter((fact) => fact.fact === kind).map((fact) => Date.parse(fact.occurredAt)));
  return latest('resubscribed') > latest('unsubscribed');
}

/** Hard when any bounce is hard, soft when all are. Undefined without a bounce. */
export function bounceSubtype(facts: readonly ProviderFact[]): 'hard' | 'soft' | undefined {
  const bounces = facts.filter((fact) => fact.fact === 'bounced');
  if (bounces.length === 0) return undefined;
  return bounces.every((fact) => fact.subtype === 'soft') ? 'soft' : 'hard';
}

/** Milestone -> earliest instant a provider states for it; machine opens and clicks are left out. */
export function milestonesOf(attempts: readonly Attempt[]): Partial<Record<ProviderFactKind, string>> {
  const milestones: Partial<Record<ProviderFactKind, string>> = {};
  for (const fact of attempts.flatMap((attempt) => attempt.facts)) {
    if (fact.machine || fact.fact === 'other') continue;
    const known = milestones[fact.fact];
    if (known === undefined || Date.parse(fact.occurredAt) < Date.parse(known)) milestones[fact.fact] = fact.occurredAt;
  }
  return milestones;
}
