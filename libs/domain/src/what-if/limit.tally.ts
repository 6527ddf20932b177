import type { DecisionStep } from '@homing/contracts';
import type { Outcome } from './recorded.decision.js';
import type { Limit } from './what-if.result.js';

/** Steps that refuse because of what was contacted or spent before. */
const LIMITING: ReadonlySet<DecisionStep> = new Set(['dedup', 'frequency_cap', 'budget', 'daily_limit']);

interface Counted {
  then: number;
  now: number;
  readonly people: Set<string>;
  readonly step: DecisionStep;
  readonly reason: string;
}

/** Counts which limits refused. */
export class LimitTally {
  readonly #limits = new Map<string, Counted>();

  add(personId: string, then: Outcome, now: Outcome): void {
    const before = this.#of(then);
    if (before) before.then += 1;
    const after = this.#of(now);
    if (after) {
      after.now += 1;
      after.people.add(personId);
    }
  }

  limits(): Limit[] {
    return [...this.#limits]
      .sort(([a, one], [b, other]) => other.now - one.now || other.then - one.then || (a < b ? -1 : 1))
      .map(([, { people, ...limit }]) => ({ ...limit, people: people.size }));
  }

  #of(outcome: Outcome): Counted | undefined {
    if (outcome.kind !== 'refused' || !LIMITING.has(outcome.step)) return undefined;
    const { step, reason } = outcome;
    const key = `${step} ${reason}`;
    let counted = this.#limits.get(key);
    if (!counted) this.#limits.set(key, (counted = { step, reason, then: 0, now: 0, people: new Set() }));
    return counted;
  }
}
