import type { Channel, OutreachEvent, ProviderFact, ProviderFactRecorded } from '@homing/contracts';
import { evolveOutreach } from '../outreach/outreach.evolve.js';
import { deliveryOf, providerMessageIdOf, type Attempt, type OutreachState } from '../outreach/outreach.state.js';
import { CHANNEL_FACTS } from './channel-facts.policy.js';
import { react } from './reaction.decider.js';

/** More than this many facts of one attempt are click storms: a kind already known is then recorded no more. */
export const MAX_FACTS_PER_ATTEMPT = 200;

export interface SignalledFact extends ProviderFact {
  readonly leg: number;
  /** Absent where the provider does not echo it: the attempt is then found by `providerMessageId`, else the latest. */
  readonly attempt?: number;
  readonly provider: string;
  readonly payloadDigest: string;
}

/**
 * Records what a provider said: each fact once, in whatever order, together with what follows from it (a retry, the
 * settling), as one append. Facts that name no attempt of this outreach are left out; `unmatched` counts them.
 */
export function recordFacts(
  state: OutreachState,
  command: { readonly facts: readonly SignalledFact[]; readonly now: string },
): { readonly events: readonly OutreachEvent[]; readonly unmatched: readonly SignalledFact[] } {
  const events: OutreachEvent[] = [];
  const unmatched: SignalledFact[] = [];
  let folded = state;
  for (const signalled of command.facts) {
    const attempt = attemptOf(folded, signalled);
    const told = inWordsOf(deliveryOf(folded, signalled.leg)?.channel, signalled);
    if (!attempt) unmatched.push(signalled);
    else if (!isKnown(attempt, told)) {
      const event = factEvent(folded, told, attempt.attempt);
      events.push(event);
      folded = evolveOutreach(folded, event);
    }
  }
  if (events.length > 0) events.push(...react(folded, command.now));
  return { events, unmatched };
}

/** What does not exist on the channel is kept as what it is: something else. */
function inWordsOf(channel: Channel | undefined, signalled: SignalledFact): SignalledFact {
  if (channel === undefined || CHANNEL_FACTS[channel].has(signalled.fact)) return signalled;
  return { ...signalled, fact: 'other', unknownEvent: signalled.unknownEvent ?? signalled.fact };
}

function attemptOf(state: OutreachState, fact: SignalledFact): Attempt | undefined {
  const attempts = deliveryOf(state, fact.leg)?.attempts ?? [];
  if (fact.attempt !== undefined) return attempts.find((a) => a.attempt === fact.attempt);
  const { providerMessageId } = fact;
  const byMessage = attempts.find(
    (a) => providerMessageId !== undefined && providerMessageIdOf(a) === providerMessageId,
  );
  return byMessage ?? attempts.at(-1);
}

function isKnown(attempt: Attempt, fact: SignalledFact): boolean {
  if (attempt.facts.some((known) => known.providerEventId === fact.providerEventId && known.fact === fact.fact))
    return true;
  return attempt.facts.length >= MAX_FACTS_PER_ATTEMPT && attempt.facts.some((known) => known.fact === fact.fact);
}

function factEvent(state: OutreachState, signalled: SignalledFact, attempt: number): OutreachEvent {
  const delivery = deliveryOf(state, signalled.leg);
  if (!delivery) throw new Error('a fact was matched to a delivery that does not exist');
  const { deliveryId, leg, channel } = delivery;
  const data: ProviderFactRecorded = { ...signalled, deliveryId, leg, channel, attempt };
  return { type: 'ProviderFactRecorded', data };
}
