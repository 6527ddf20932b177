import { messagesOf, type Outcome, type PastDecision } from './recorded.decision.js';
import { LimitTally } from './limit.tally.js';
import { shownOutcome, SideTally, sumsOf } from './side.tally.js';
import { flipOf, UNKNOWABLE, type Flip, type FlipKind, type Unknowable, type WhatIfResult } from './what-if.result.js';

const HOUR_MS = 3_600_000;
const FURTHEST_HOURS = 168;

/** Counts what was decided then against what is decided now. */
export class WhatIfTally {
  readonly #then = new SideTally();
  readonly #now = new SideTally();
  readonly #limits = new LimitTally();
  readonly #changes = new Map<FlipKind | 'same', number>();
  readonly #unknown = new Map<Unknowable, number>();
  readonly #moved = new Map<number, number>();
  readonly #taken = new Map<string, number>();
  readonly #versions = new Map<string, number>();
  readonly #examples: Flip[] = [];
  readonly #seen = { decisions: 0, replayed: 0, ofOtherCampaigns: 0, earlier: 0, later: 0 };

  constructor(private readonly examples: number) {}

  passOver(): void {
    this.#seen.ofOtherCampaigns += 1;
  }

  /** @param now absent: it could not be taken again, because of `why`. `learns`: the candidate asks for learned hours. */
  add(
    past: PastDecision,
    now: Outcome | undefined,
    { why, learns }: { why?: Unknowable | undefined; learns: boolean },
  ): void {
    const { then, request } = past;
    const is = now ?? then;
    this.#seen.decisions += 1;
    this.#seen.replayed += now ? 1 : 0;
    count(this.#versions, past.policyVersion);
    this.#then.add(request.personId, then);
    this.#now.add(request.personId, is);
    this.#limits.add(request.personId, then, is);
    if (past.sent && then.kind === 'contacted')
      for (const { cost } of messagesOf(then)) count(this.#taken, cost.currency, cost.micros);
    if (why) count(this.#unknown, why);
    const kind = flipOf(then, is);
    count(this.#changes, kind);
    if (now) this.#doubt(past, now, kind);
    if (now?.kind === 'contacted' && learns && past.inputs?.w === undefined) count(this.#unknown, 'hours_not_learned');
    if (kind === 'same') return;
    if (then.kind === 'contacted' && is.kind === 'contacted') this.#move(Date.parse(is.at) - Date.parse(then.at));
    if (this.#examples.length < this.examples) {
      const { decidedAt } = past;
      const shown = { then: shownOutcome(then), now: shownOutcome(is) };
      this.#examples.push({ outreachId: request.outreachId, decidedAt, kind, ...shown });
    }
  }

  result(): WhatIfResult {
    const { earlier, later, ...seen } = this.#seen;
    const changes = Object.fromEntries(FLIPS.map((kind) => [kind, this.#changes.get(kind) ?? 0]));
    return {
      ...seen,
      then: { ...this.#then.side(), taken: sumsOf(this.#taken) },
      now: this.#now.side(),
      changes: changes as WhatIfResult['changes'],
      moved: {
        ...{ earlier, later },
        byHours: [...this.#moved].sort(([a], [b]) => a - b).map(([hours, many]) => ({ hours, count: many })),
      },
      limits: this.#limits.limits(),
      examples: this.#examples,
      cannotKnow: (Object.keys(UNKNOWABLE) as Unknowable[]).flatMap((code) => {
        const many = this.#unknown.get(code);
        return many === undefined ? [] : [{ code, count: many, detail: UNKNOWABLE[code] }];
      }),
      policyVersions: mostFirst(this.#versions).map(([version, many]) => ({ version, count: many })),
    };
  }

  #move(ms: number): void {
    if (ms === 0) return;
    this.#seen[ms < 0 ? 'earlier' : 'later'] += 1;
    const hours = Math.max(-FURTHEST_HOURS, Math.min(FURTHEST_HOURS, Math.trunc(ms / HOUR_MS)));
    // Not minus nothing.
    count(this.#moved, hours === 0 ? 0 : hours);
  }

  #doubt({ then, inputs, request, retries }: PastDecision, now: Outcome, kind: FlipKind | 'same'): void {
    const doubts: Readonly<Partial<Record<Unknowable, boolean>>> = {
      fate_of_new_contacts: kind === 'contacted_now',
      fate_of_other_channels: kind === 'other_channel',
      fate_of_moved: kind === 'moved',
      retries: retries > 0,
      later_messages: (request.strategy !== 'single' || request.steps !== undefined) && now.kind === 'contacted',
      learned_engagement: inputs?.e !== undefined && request.contacts.length > 1,
      learned_hours: inputs?.w !== undefined && kind !== 'same',
      followed_a_booking: inputs?.b !== undefined && then.kind === 'contacted',
    };
    for (const [code, holds] of Object.entries(doubts)) if (holds) count(this.#unknown, code as Unknowable);
  }
}

const FLIPS = [
  'same',
  'contacted_now',
  'refused_now',
  'other_channel',
  'moved',
  'other_cost',
  'other_reason',
] as const satisfies readonly (FlipKind | 'same')[];

function count<K>(counts: Map<K, number>, key: K, by = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

const mostFirst = (counts: ReadonlyMap<string, number>): [string, number][] =>
  [...counts].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
