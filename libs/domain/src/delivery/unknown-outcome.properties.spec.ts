// A provider and everybody who tells the truth about it, in any order: whatever was lost on the way, no two attempts are taken.
import { describe, expect, it } from '@jest/globals';
import type { OutreachEvent, Recourse } from '@homing/contracts';
import fc from 'fast-check';
import {
  accepted,
  assumed,
  at,
  committed,
  found,
  recorded,
  rejected,
  signal,
  started,
  unknown,
} from '@homing/testing/outreach-story';
import { evolveOutreach } from '../outreach/outreach.evolve.js';
import { emptyOutreach, lastAttemptOf, type OutreachState } from '../outreach/outreach.state.js';
import { timetableOf } from '../outreach/timetable.view.js';
import { expireLease, recordAnswer } from './answer.decider.js';
import { attemptState } from './attempt-state.policy.js';
import { cancelOutreach } from './cancel.decider.js';
import { claimAttempt } from './claim.decider.js';
import { recordFacts } from './facts.decider.js';
import { react } from './reaction.decider.js';
import { claimResend } from './resend.decider.js';
import { assumeSent, settleUnknown } from './unknown-outcome.decider.js';

const HOUR = 3600;
const LEASE_MS = 15_000;
/** Seconds a provider needs to show what it took. */
const ON_RECORD_AFTER = 600;

const MOVES = [
  'claim',
  'call lands',
  'caller gives up',
  'answer arrives',
  'lease ends',
  'look up',
  'send again',
  'webhook',
  'operator',
  'assume',
  'react',
  'cancel',
] as const;
type Move = (typeof MOVES)[number];
interface Step {
  readonly move: Move;
  /** Seconds that pass before it. */
  readonly wait: number;
}

class World {
  state: OutreachState = committed.reduce(evolveOutreach, emptyOutreach);
  readonly log: OutreachEvent[] = [...committed];
  /** Attempts the provider took, and when. */
  readonly taken = new Map<number, number>();
  second = 0;
  #claims = 0;
  /** A call that is being made: it can land until its lease ends. */
  #call: { readonly attempt: number; readonly until: number } | undefined;

  constructor(private readonly recourse: Recourse | undefined) {}

  #append(events: readonly OutreachEvent[]): void {
    this.log.push(...events);
    this.state = events.reduce(evolveOutreach, this.state);
    const keys = timetableOf(this.state).map(({ deliveryId, kind }) => `${deliveryId} ${kind}`);
    if (new Set(keys).size < keys.length) throw new Error('two entries of one kind');
  }

  get last() {
    return this.state.status === 'none'
      ? undefined
      : this.state.deliveries[0] && lastAttemptOf(this.state.deliveries[0]);
  }

  #calling(attempt: number): void {
    this.#call = { attempt, until: this.second + LEASE_MS / 1000 };
  }

  step({ move, wait }: Step): void {
    this.second += wait;
    if (this.#call && this.second >= this.#call.until) this.#call = undefined;
    const now = at(this.second);
    const { last } = this;
    if (move === 'react') return this.#append(react(this.state, now));
    if (move === 'cancel') return this.#append(cancelOutreach(this.state, { by: 'api', now }));
    if (move === 'claim') return this.#claim(now);
    if (move === 'call lands') {
      if (this.#call && !this.taken.has(this.#call.attempt)) this.taken.set(this.#call.attempt, this.second);
      this.#call = undefined;
      return;
    }
    if (!last) return;
    const of = { leg: 1, attempt: last.attempt, now };
    const hasIt = this.taken.has(last.attempt);
    if (move === 'caller gives up') {
      this.#call = undefined;
      return this.#append(recordAnswer(this.state, { ...of, answer: { kind: 'unknown', reason: 'timeout' } }));
    }
    if (move === 'lease ends') return this.#append(expireLease(this.state, of));
    if (move === 'assume') return this.#append(assumeSent(this.state, of));
    if (move === 'send again') return this.#resend(last.attempt, now);
    if (move === 'webhook') {
      const facts = hasIt ? [signal('sent', { attempt: last.attempt, occurredAt: now })] : [];
      return this.#append(recordFacts(this.state, { facts, now }).events);
    }
    if (move === 'answer arrives') {
      const answer = hasIt
        ? ({ kind: 'accepted', providerMessageId: `pm-${last.attempt}` } as const)
        : ({ kind: 'rejected', class: 'retryable', code: 'http_503' } as const);
      // Nobody answers for a call that is still being made, nor after its lease.
      if (!this.#call && Date.parse(now) < Date.parse(last.leaseUntil))
        this.#append(recordAnswer(this.state, { ...of, answer }));
      return;
    }
    const via = move === 'look up' ? 'lookup' : 'operator';
    const shows = hasIt && (via === 'operator' || this.second >= (this.taken.get(last.attempt) ?? 0) + ON_RECORD_AFTER);
    const decision = settleUnknown(this.state, { ...of, via, outcome: shows ? 'sent' : 'not_sent', askedAt: now });
    if (decision.kind === 'settle') this.#append(decision.events);
  }

  #claim(now: string): void {
    const before = this.last && attemptState(this.last);
    const attempt = (this.last?.attempt ?? 0) + 1;
    const claimId = `c${(this.#claims += 1)}`;
    const decision = claimAttempt(this.state, { leg: 1, attempt, claimId, claimedBy: 'g', now, leaseMs: LEASE_MS });
    if (decision.kind !== 'claim') return this.#append(decision.kind === 'expire' ? decision.events : []);
    if (before === 'outcome_unknown') throw new Error('claimed while an outcome is unknown');
    this.#append(
      decision.events.map((event) =>
        event.type === 'AttemptStarted' && this.recourse
          ? { ...event, data: { ...event.data, recourse: this.recourse } }
          : event,
      ),
    );
    this.#calling(attempt);
  }

  #resend(attempt: number, now: string): void {
    const claimId = `c${(this.#claims += 1)}`;
    const decision = claimResend(this.state, { leg: 1, attempt, claimId, claimedBy: 'g', now, leaseMs: LEASE_MS });
    if (decision.kind !== 'claim') return;
    this.#append(decision.events);
    this.#calling(attempt);
  }

  /** Time goes on until nothing of ours is owed any more. */
  drain(): void {
    for (let round = 0; round < 200; round += 1) {
      const due = timetableOf(this.state);
      if (due.length === 0) return;
      const later = due
        .map((entry) => (Date.parse(entry.dueAt) - Date.parse(at(0))) / 1000)
        .filter((s) => s > this.second);
      this.second = later.length > 0 ? Math.min(...later) : this.second + 1;
      for (const move of ['claim', 'lease ends', 'react', 'assume'] as const) this.step({ move, wait: 0 });
    }
    throw new Error('something is owed for ever');
  }
}

/** What ends everything comes seldom, so that much can happen before. */
const WEIGHTS: Readonly<Record<Move, number>> = {
  claim: 4,
  'call lands': 4,
  'caller gives up': 1,
  'answer arrives': 1,
  'lease ends': 4,
  'look up': 3,
  'send again': 3,
  webhook: 0.5,
  operator: 1,
  assume: 1,
  react: 4,
  cancel: 0.2,
};
const step = fc.record<Step>({
  move: fc.oneof(...MOVES.map((move) => ({ weight: WEIGHTS[move] * 10, arbitrary: fc.constant(move) }))),
  wait: fc.oneof(
    { weight: 20, arbitrary: fc.constant(0) },
    { weight: 20, arbitrary: fc.integer({ min: 1, max: 20 }) },
    { weight: 6, arbitrary: fc.integer({ min: 60, max: 300 }) },
    { weight: 2, arbitrary: fc.constant(ON_RECORD_AFTER) },
    { weight: 1, arbitrary: fc.constantFrom(HOUR, 73 * HOUR) },
  ),
});
const recourse = fc.constantFrom<Recourse | undefined>(
  undefined,
  { lookUpAfterSeconds: ON_RECORD_AFTER },
  { resendWithinSeconds: 1800 },
  { lookUpAfterSeconds: ON_RECORD_AFTER, resendWithinSeconds: 1800 },
);
const count = (log: readonly OutreachEvent[], type: OutreachEvent['type'], attempt?: number): number =>
  log.filter(
    (event) =>
      event.type === type && (attempt === undefined || (event.data as { attempt?: number }).attempt === attempt),
  ).length;

describe('an attempt of unknown outcome', () => {
  it('is never followed by another while the provider has it, is settled once, and comes to an end', () =>
    fc.assert(
      fc.property(recourse, fc.array(step, { minLength: 10, maxLength: 120, size: 'max' }), (able, steps) => {
        const world = new World(able);
        for (const each of steps) world.step(each);
        world.drain();
        expect([...world.taken].length).toBeLessThanOrEqual(1);
        expect(count(world.log, 'OutreachSettled')).toBeLessThanOrEqual(1);
        expect(count(world.log, 'CancellationRequested')).toBeLessThanOrEqual(1);
        for (let attempt = 1; attempt <= (world.last?.attempt ?? 0); attempt += 1) {
          for (const type of ['UnknownOutcomeSettled', 'AttemptAssumedSent', 'AttemptStarted'] as const)
            expect(count(world.log, type, attempt)).toBeLessThanOrEqual(1);
        }
        // Whoever is not settled waits for what only the provider can still say.
        const waits = world.last && ['queued', 'sent'].includes(attemptState(world.last));
        expect(world.state.status === 'settled' || waits).toBe(true);
      }),
      { numRuns: process.env['HOMING_TEST_SIZE'] === 'full' ? 3_000 : 400 },
    ));

  it('has a state that does not depend on the order in which things came to light', () => {
    const said = [
      unknown(),
      accepted(),
      rejected('retryable'),
      found('sent'),
      found('not_sent'),
      assumed(259_215),
      recorded('sent'),
      recorded('delivered'),
    ];
    // One answer and one settlement, as the deciders see to.
    const oneOfEach = (events: readonly OutreachEvent[]) =>
      events.filter((event, i) => {
        const family = (e: OutreachEvent) =>
          e.type === 'AttemptAccepted' || e.type === 'AttemptRejected'
            ? 'answer'
            : e.type === 'ProviderFactRecorded'
              ? e.data.fact
              : e.type;
        return events.findIndex((other) => family(other) === family(event)) === i;
      });
    const stateOf = (events: readonly OutreachEvent[]): string => {
      const state = [...committed, started(), ...events].reduce(evolveOutreach, emptyOutreach);
      const attempt = state.status === 'none' ? undefined : state.deliveries[0]?.attempts[0];
      return attempt ? attemptState(attempt) : 'none';
    };
    fc.assert(
      fc.property(
        fc
          .subarray(said, { minLength: 1 })
          .map(oneOfEach)
          .chain((events) => fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length }))),
        ([events, jumbled]) => expect(stateOf(jumbled)).toBe(stateOf(events)),
      ),
    );
  });
});
