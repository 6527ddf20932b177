import type { ChainStep, StepCondition } from '@homing/contracts';
import { isLastWord } from '../delivery/channel-facts.policy.js';
import { attemptState, REACHED, type AttemptState } from '../delivery/attempt-state.policy.js';
import type { Delivery, KnownOutreach } from '../outreach/outreach.state.js';

/** How a fallback chain stands: what the clock, a fact or a person still has to say before it goes on. */
export type ChainStand =
  /** No step is left, or none is wanted: `over` says why the rest is passed over. */
  | { readonly kind: 'over'; readonly over: ChainOver; readonly rest: readonly ChainStep[] }
  /** The running step decides first; the clock has no say. */
  | { readonly kind: 'held' }
  /** The running step has until then. */
  | { readonly kind: 'waiting'; readonly until: string }
  /** The next step follows. `giveUp`: what of the running one ends. */
  | {
      readonly kind: 'next';
      readonly step: ChainStep;
      readonly because: string;
      readonly giveUp: Delivery | undefined;
    };

export type ChainOver =
  | 'at_its_end'
  | 'not_needed'
  | 'replied'
  | 'unsubscribed'
  | 'complained'
  | 'cancelled'
  | 'deadline_passed'
  | 'campaign_stopped'
  | 'person_erased';

const MET: Readonly<Record<StepCondition, ReadonlySet<AttemptState>>> = {
  delivered: new Set([...REACHED, 'assumed_sent']),
  read: new Set<AttemptState>(['read', 'opened', 'clicked', 'replied']),
  answered: new Set<AttemptState>(['replied']),
};

/** After any of these nobody is written to again by this outreach. */
const STOPS = ['complained', 'unsubscribed', 'replied'] as const;

/** Why nothing further of any step may start, whatever the strategy. */
export function stoppedBy(state: KnownOutreach): (typeof STOPS)[number] | undefined {
  const states = new Set(state.deliveries.flatMap(({ attempts }) => attempts.map(attemptState)));
  return STOPS.find((stop) => states.has(stop));
}

/** Reasons for which a leg was skipped that hold for all that would follow. */
const ENDS_ALL: ReadonlySet<string> = new Set(['campaign_stopped', 'person_erased']);

/** Undefined where there is no fallback chain. */
export function chainStand(state: KnownOutreach, now: string): ChainStand | undefined {
  const { chain, request } = state;
  if (chain?.strategy !== 'fallback') return undefined;
  const rest = stepsLeft(state);
  const over = (why: ChainOver): ChainStand => ({ kind: 'over', over: why, rest });
  const stop = stoppedBy(state);
  if (stop) return over(stop);
  if (state.cancellation) return over('cancelled');
  const running = state.deliveries.at(-1);
  if (isMet(state, { now, atEnd: rest.length === 0 })) return over('not_needed');
  const [step] = rest;
  if (!step) return over('at_its_end');
  const reason = running?.closed?.kind === 'skipped' ? running.closed.reason : undefined;
  if (reason !== undefined && ENDS_ALL.has(reason)) return over(reason as ChainOver);
  if (running?.closed?.kind === 'expired' || Date.parse(now) >= Date.parse(request.expiresAt))
    return over('deadline_passed');
  if (!running || running.closed) return running?.closed ? afterClosed(running, step, now) : { kind: 'held' };
  const of = stepOf(state, running);
  const last = running.attempts.at(-1);
  const stands = last && attemptState(last);
  if (stands === undefined || stands === 'pending') return { kind: 'held' };
  if (stands === 'outcome_unknown' && !of?.acceptUnknown) return { kind: 'held' };
  const until = waitEnds(running, of);
  if (until === undefined || Date.parse(now) < Date.parse(until))
    return { kind: 'waiting', until: until ?? request.expiresAt };
  return { kind: 'next', step, because: `not_${of?.until ?? 'delivered'}`, giveUp: running };

  function afterClosed(delivery: Delivery, next: ChainStep, at: string): ChainStand {
    const { kind = 'skipped', reason: why = '' } = delivery.closed ?? {};
    if (kind !== 'assumed_sent') return { kind: 'next', step: next, because: why || kind, giveUp: undefined };
    // Taken for sent: it has the time that any sent message has.
    const ends = waitEnds(delivery, stepOf(state, delivery));
    if (ends !== undefined && Date.parse(at) < Date.parse(ends)) return { kind: 'waiting', until: ends };
    return { kind: 'next', step: next, because: 'outcome_unknown', giveUp: undefined };
  }
}

/**
 * True when some leg has what its step asks for; of the last one it is enough that it arrived. Where nobody ever says so, that it was
 * taken is as good: waiting would bring no other word.
 */
function isMet(state: KnownOutreach, { now, atEnd }: { readonly now: string; readonly atEnd: boolean }): boolean {
  return state.deliveries.some((delivery, i) => {
    const isLast = i === state.deliveries.length - 1;
    const until = (!(isLast && atEnd) && stepOf(state, delivery)?.until) || 'delivered';
    if (until === 'delivered' && isLastWord(delivery, now)) return true;
    return delivery.attempts.some((attempt) => MET[until].has(attemptState(attempt)));
  });
}

const stepOf = ({ chain }: KnownOutreach, { leg }: Delivery): ChainStep | undefined =>
  chain?.steps.find(({ step }) => step === leg);

/** The steps that were neither started nor passed over, in their order. */
export const stepsLeft = ({ chain, deliveries }: KnownOutreach): readonly ChainStep[] =>
  (chain?.steps ?? []).filter(
    ({ step }) => !chain?.passed.includes(step) && !deliveries.some(({ leg }) => leg === step),
  );

/** From its first attempt on, and not while somebody may be sending it again under its key. Undefined while there is no attempt. */
function waitEnds({ attempts }: Delivery, step: ChainStep | undefined): string | undefined {
  const [first] = attempts;
  if (!first || !step) return undefined;
  // What a person sent has its time from then on.
  const byHand = attempts.findLast(({ assistance }) => assistance?.end?.outcome === 'sent')?.assistance?.end?.at;
  const ends = Date.parse(byHand ?? first.startedAt) + Math.round(step.waitHours * 3_600_000);
  const again = Date.parse(attempts.at(-1)?.resend?.leaseUntil ?? first.startedAt);
  return new Date(Math.max(ends, again)).toISOString();
}
