// One person with three addresses, a chain over them, providers that may do anything, and the clock.
import {
  deliveryIdOf,
  type ChainStep,
  type OutreachEvent,
  type OutreachRequested,
  type RequestedStep,
} from '@homing/contracts';
import { at, outreachId } from '@homing/testing/outreach-story';
import { decideOutreach } from '../decision/outreach.decider.js';
import { expireLease, recordAnswer, type ProviderAnswer } from '../delivery/answer.decider.js';
import { attemptState } from '../delivery/attempt-state.policy.js';
import { cancelOutreach, skipDelivery } from '../delivery/cancel.decider.js';
import { claimAttempt } from '../delivery/claim.decider.js';
import { recordFacts } from '../delivery/facts.decider.js';
import { react } from '../delivery/reaction.decider.js';
import type { LegAnswer, Rebooked } from '../delivery/rebooking.policy.js';
import { assumeSent, settleUnknown } from '../delivery/unknown-outcome.decider.js';
import { evolveOutreach } from '../outreach/outreach.evolve.js';
import { emptyOutreach, type Delivery, type OutreachState } from '../outreach/outreach.state.js';
import { timetableOf, type TimetableEntry } from '../outreach/timetable.view.js';
import { choosing } from '../routing/selection.fixture.js';
import { laterCommand, legAnswer } from './chain.plan.js';
import { legWanted } from './next-leg.decider.js';

export const THREE = ['email', 'linkedin', 'contact_form'] as const;

export const steps = (...over: Partial<RequestedStep>[]): RequestedStep[] =>
  THREE.map((channel, i) => ({ step: i + 1, channel, waitHours: 24, until: 'answered', ...over[i] }));

/** Asked for over every channel. */
export const asked = (request: Partial<OutreachRequested>) => {
  const { policy, inputs, request: of } = choosing({ channels: THREE, request: { strategy: 'fallback', ...request } });
  return { request: of, inputs: { ...inputs, policy }, now: at(0) };
};

export class ChainWorld {
  state: OutreachState = emptyOutreach;
  readonly log: OutreachEvent[] = [];
  second = 0;
  #claims = 0;
  /** What was planned for a step before, and perhaps is committed only now. */
  #stale: Rebooked = new Map();

  constructor(
    request: Partial<OutreachRequested>,
    readonly seen: (world: ChainWorld, events: readonly OutreachEvent[], before: OutreachState) => void = () =>
      undefined,
  ) {
    this.append(decideOutreach(emptyOutreach, asked(request)));
  }

  get now(): string {
    return at(this.second);
  }

  get deliveries(): readonly Delivery[] {
    return this.state.status === 'none' ? [] : this.state.deliveries;
  }

  get chain(): readonly ChainStep[] {
    return (this.state.status !== 'none' && this.state.chain?.steps) || [];
  }

  append(events: readonly OutreachEvent[]): readonly OutreachEvent[] {
    const before = this.state;
    this.log.push(...events);
    this.state = events.reduce(evolveOutreach, this.state);
    this.seen(this, events, before);
    return events;
  }

  claim(leg: number): void {
    const attempt = this.deliveries.find((d) => d.leg === leg)?.next?.attempt ?? 1;
    const claimId = `c${(this.#claims += 1)}`;
    const { now } = this;
    const decision = claimAttempt(this.state, { leg, attempt, claimId, claimedBy: 'g', now, leaseMs: 15_000 });
    if (decision.kind !== 'stand_down') this.append(decision.events);
  }

  #last(leg: number) {
    return this.deliveries.find((d) => d.leg === leg)?.attempts.at(-1);
  }

  answer(leg: number, answer: ProviderAnswer): void {
    const last = this.#last(leg);
    if (last && attemptState(last) === 'pending')
      this.append(recordAnswer(this.state, { leg, attempt: last.attempt, answer, now: this.now }));
  }

  fact(leg: number, fact: 'delivered' | 'opened' | 'replied' | 'unsubscribed' | 'bounced'): void {
    const last = this.#last(leg);
    if (!last) return;
    const of = { leg, attempt: last.attempt, provider: 'p', payloadDigest: 'd', fact, occurredAt: this.now };
    const providerEventId = `${leg}-${last.attempt}-${fact}`;
    this.append(recordFacts(this.state, { facts: [{ ...of, providerEventId }], now: this.now }).events);
  }

  settle(leg: number, outcome: 'sent' | 'not_sent'): void {
    const last = this.#last(leg);
    if (!last) return;
    const decision = settleUnknown(this.state, { leg, attempt: last.attempt, outcome, via: 'operator', now: this.now });
    if (decision.kind === 'settle') this.append(decision.events);
  }

  skip(leg: number, reason: string): void {
    this.append(skipDelivery(this.state, { leg, reason, now: this.now }));
  }

  cancel(): void {
    this.append(cancelOutreach(this.state, { by: 'api', now: this.now }));
  }

  /** Somebody reads, plans and books the next step, and is slow to commit it. */
  plan(refuse = false): Rebooked {
    const wanted = legWanted(this.state, this.now);
    if (!wanted || this.state.status === 'none') return new Map();
    const { step, fence } = wanted;
    const { policy } = asked({}).inputs;
    const planned = legAnswer(laterCommand(this.state, step, { policy, now: this.now }), fence);
    const refused: LegAnswer = { kind: 'passed_over', fence, step: 'frequency_cap', reason: 'cap_3_in_24_h' };
    return (this.#stale = new Map([[step.step, refuse ? refused : planned]]));
  }

  react(refuse = false): void {
    this.append(react(this.state, this.now, this.plan(refuse)));
  }

  /** What was planned once is committed now, whatever has happened since. */
  reactLate(): void {
    this.append(react(this.state, this.now, this.#stale));
  }

  /** The clock alone: what the timetable owes is done when it is due, until it owes nothing more. */
  drain(): void {
    for (let i = 0; i < 500; i += 1) {
      const [due] = timetableOf(this.state).sort((a, b) => Date.parse(a.dueAt) - Date.parse(b.dueAt));
      if (!due) return;
      this.second = Math.max(this.second, Math.ceil((Date.parse(due.dueAt) - Date.parse(at(0))) / 1000));
      this.#wake(due);
    }
    throw new Error(`the clock is never done: ${JSON.stringify(timetableOf(this.state))}`);
  }

  #wake({ kind, leg, attempt }: TimetableEntry): void {
    const of = { leg, attempt, now: this.now };
    if (kind === 'lease') this.append(expireLease(this.state, of));
    else if (kind === 'assume') this.append(assumeSent(this.state, of));
    else if (kind === 'dispatch') {
      this.claim(leg);
      this.answer(leg, { kind: 'rejected', class: 'permanent', code: 'http_400' });
      this.react();
    } else this.react();
  }
}

export const legOf = (leg: number, channel: ChainStep['channel'] = THREE[leg - 1] ?? 'email') => ({
  deliveryId: deliveryIdOf(outreachId, leg),
  leg,
  channel,
});
