// Against a model that keeps every contact in one list and adds up from the start for each decision.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DecisionPolicy } from '../decision/policy.state.js';
import { planLeg, type DecisionInputs, type PlanLeg } from '../decision/leg.plan.js';
import type { FrequencyCap } from '../ledger/frequency-cap.policy.js';
import type { LedgerAsk } from '../ledger/ledger.asks.js';
import type { ContactSlot } from '../ledger/person.state.js';
import type { Outcome, PastDecision } from './recorded.decision.js';
import {
  CAMPAIGN,
  drawnLimits,
  drawnPast,
  drawnPolicy,
  recordOf,
  type DrawnLimits,
  type DrawnRequest,
} from './what-if.fixture.js';
import { UTC_TABLE } from '../send-time/zone.table.js';
import { WhatIf, type WhatIfParts, type WhatIfRules } from './what-if.simulator.js';
import type { WhatIfResult } from './what-if.result.js';

/** Decisions; a past has seven on average. */
const CASES = process.env['HOMING_TEST_SIZE'] === 'full' ? 100_000 : 10_000;
const PASTS = Math.ceil(CASES / 7);
const HOUR = 3_600_000;

interface Rules {
  readonly policy: DecisionPolicy;
  readonly limits: DrawnLimits;
}
const rules = fc.record({ policy: drawnPolicy, limits: drawnLimits });
/** Of hours that were learned a record keeps the best alone: other rules may want others. */
const past = drawnPast(14).map((all) =>
  all.map(({ inputs: { hours: _hours, ...inputs }, request, ...rest }) => ({
    ...{ ...rest, inputs },
    request: { ...request, strategy: 'single' as const },
  })),
);
const story = fc.record({ then: rules, now: rules, past });

const dayOf = (instant: string) => {
  const day = instant.slice(0, 10);
  return { day, endsAt: new Date(Date.parse(`${day}T00:00:00Z`) + 24 * HOUR).toISOString() };
};
const rulesFor = ({ policy, limits }: Rules, campaignKey: string | undefined): WhatIfRules => ({
  policy,
  zone: 'UTC',
  ...(campaignKey === CAMPAIGN && { campaign: { status: 'active' as const, limits } }),
});
const partsFor = (of: Rules): WhatIfParts<WhatIfRules> => ({
  rulesOf: (campaignKey) => rulesFor(of, campaignKey),
  clockOf: () => undefined,
  dayOf,
  quotaZoneOf: () => UTC_TABLE,
  rulesOfAll: rulesFor(of, undefined),
  examples: 100,
});

const plannedBy = ({ request, inputs, now }: DrawnRequest, of: Rules): PlanLeg => {
  const { zone: _zone, ...set } = rulesFor(of, request.campaignKey);
  const all: DecisionInputs = { ...inputs, ...set };
  const bare = { request, inputs: all, now };
  const plan = planLeg(bare);
  return { ...bare, ...(plan.kind === 'planned' && { day: dayOf(plan.leg.sendAt) }) };
};

interface Held {
  readonly person: string;
  readonly slot: Omit<ContactSlot, 'attempt'>;
}

/** The books as three lists. */
class NaiveBooks {
  readonly held: Held[] = [];
  readonly amounts: { readonly stream: string; readonly amount: number }[] = [];

  decide(command: PlanLeg): Outcome {
    const plan = planLeg(command);
    if (plan.kind === 'refused') return { kind: 'refused', step: plan.step, reason: plan.reason };
    for (const ask of plan.asks) {
      const refused = this.#refuses(ask);
      if (refused) return refused;
    }
    for (const ask of plan.asks) this.#take(ask);
    const { channel, contact, sendAt: at, cost } = plan.leg;
    return { kind: 'contacted', leg: 1, channel, ordinal: contact.ordinal, at, until: at, cost };
  }

  #take(ask: LedgerAsk): void {
    if (ask.command.kind === 'book') this.held.push({ person: ask.stream, slot: ask.command.slot });
    else if (ask.command.kind === 'reserve') this.amounts.push({ stream: ask.stream, amount: ask.command.amount });
  }

  #refuses(ask: LedgerAsk): Extract<Outcome, { kind: 'refused' }> | undefined {
    if (ask.ledger === 'person') {
      if (ask.command.kind !== 'book') throw new Error('a plan books');
      const { slot, limits } = ask.command;
      const others = this.held.filter(({ person }) => person === ask.stream).map((held) => held.slot);
      if (limits.dedupHours !== null && others.some((other) => repeats(slot, other, limits.dedupHours ?? 0)))
        return { kind: 'refused', step: 'dedup', reason: 'same_content_recently' };
      const cap = limits.caps.find((each) => breaks(slot, others, each));
      if (!cap) return undefined;
      const of = cap.channel === undefined ? '' : `${cap.channel}_`;
      return { kind: 'refused', step: 'frequency_cap', reason: `cap_${of}${cap.limit}_in_${cap.hours}_h` };
    }
    if (ask.command.kind !== 'reserve') throw new Error('a plan reserves');
    const { amount, limit } = ask.command;
    const used = this.amounts.filter(({ stream }) => stream === ask.stream).reduce((sum, each) => sum + each.amount, 0);
    if (limit.limit === null || used + amount <= limit.limit) return undefined;
    const day = ask.stream.includes('.') ? 'day_budget_exhausted' : 'budget_exhausted';
    return { kind: 'refused', step: ask.step, reason: ask.step === 'budget' ? day : 'daily_limit_reached' };
  }
}

type Slot = Held['slot'];
const ms = (instant: string): number => Date.parse(instant);

function repeats(slot: Slot, other: Slot, hours: number): boolean {
  if (slot.content === undefined || slot.content !== other.content) return false;
  if (slot.channel !== other.channel || slot.fingerprint !== other.fingerprint) return false;
  const [first, second] = slot.at <= other.at ? [slot, other] : [other, slot];
  return ms(second.at) - ms(first.until) < hours * HOUR;
}

/** Each contact anywhere between its planned instant and the end of its booking: does any window of the length hold too many, this one among them? */
function breaks(slot: Slot, others: readonly Slot[], { channel, hours, limit }: FrequencyCap): boolean {
  if (channel !== undefined && channel !== slot.channel) return false;
  const counted = [slot, ...others.filter((other) => channel === undefined || other.channel === channel)];
  return counted.some((first) => {
    // A window that begins when `first` is sent at the latest.
    const inside = counted.filter(
      (each) => each === first || (ms(each.at) >= ms(first.at) && ms(each.at) < ms(first.until) + hours * HOUR),
    );
    return inside.includes(slot) && inside.length > limit;
  });
}

/** What was decided under `then`, as it is recorded. */
function recorded(past: readonly DrawnRequest[], then: Rules): PastDecision[] {
  const books = new NaiveBooks();
  return past.map((drawn): PastDecision => {
    const command = plannedBy(drawn, then);
    const outcome = books.decide(command);
    const booked =
      outcome.kind === 'refused' && BOOKED_STEPS.has(outcome.step)
        ? { ...outcome, step: outcome.step as BookedStep }
        : undefined;
    return { ...recordOf({ ...command, booked }), sent: outcome.kind === 'contacted', retries: 0 };
  });
}
type BookedStep = 'dedup' | 'frequency_cap' | 'budget' | 'daily_limit';
const BOOKED_STEPS: ReadonlySet<string> = new Set<BookedStep>(['dedup', 'frequency_cap', 'budget', 'daily_limit']);

function simulate(past: readonly PastDecision[], under: Rules): WhatIfResult {
  const whatIf = new WhatIf(partsFor(under));
  for (const each of past) whatIf.add(each);
  return whatIf.result();
}

describe('a what-if', () => {
  it('changes nothing of a past that was decided by the same rules', () => {
    fc.assert(
      fc.property(story, ({ then, past }) => {
        const { changes, decisions, replayed, then: before, now } = simulate(recorded(past, then), then);
        expect(changes.same).toBe(past.length);
        expect(replayed).toBe(decisions);
        const { taken: _taken, ...side } = before;
        expect(now).toEqual(side);
      }),
      { numRuns: Math.ceil(PASTS / 10) },
    );
  });

  it('decides under other rules what a model that adds up from the start decides: caps, look-backs, budgets, limits', () => {
    const met = new Map<string, number>();
    fc.assert(
      fc.property(story, ({ then, now, past }) => {
        const books = new NaiveBooks();
        const expected = past.map((drawn) => books.decide(plannedBy(drawn, now)));
        const result = simulate(recorded(past, then), now);
        const refused = expected.filter((outcome) => outcome.kind === 'refused');
        expect(result.now.contacted).toBe(expected.length - refused.length);
        const told = (list: readonly { step: string; reason: string }[]) =>
          list.map(({ step, reason }) => `${step} ${reason}`);
        const counted = result.now.refusals.flatMap(({ step, reason, count }) =>
          Array.from({ length: count }, () => ({ step, reason })),
        );
        expect(told(counted).sort()).toEqual(told(refused).sort());
        const cost = expected.reduce(
          (sum, outcome) => sum + (outcome.kind === 'contacted' ? outcome.cost.micros : 0),
          0,
        );
        expect(result.now.worstCase.reduce((sum, { micros }) => sum + micros, 0)).toBe(cost);
        for (const { step } of refused) met.set(step, (met.get(step) ?? 0) + 1);
      }),
      { numRuns: PASTS },
    );
    for (const step of BOOKED_STEPS) expect(met.get(step) ?? 0).toBeGreaterThan(CASES / 2_000);
  });

  it('is the same for the same decisions', () => {
    fc.assert(
      fc.property(story, ({ then, now, past }) => {
        const decisions = recorded(past, then);
        expect(JSON.stringify(simulate(decisions, now))).toBe(JSON.stringify(simulate(decisions, now)));
      }),
      { numRuns: 50 },
    );
  });
});
