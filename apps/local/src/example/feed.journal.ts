import type { OutreachTransition } from '@homing/contracts';

/** What the live feed has told of one outreach. */
export interface Heard {
  /** Told from its beginning. */
  readonly whole: boolean;
  /** Attempts that a provider took, as the system says: `<deliveryId>:<attempt>`. */
  readonly taken: ReadonlySet<string>;
  readonly delivered: boolean;
  readonly refused: boolean;
  /** Nothing of ours is under way: settled, refused, of unknown outcome, or waiting for the time of its next attempt. */
  readonly atRest: boolean;
}

type Memory = { -readonly [K in keyof Heard]: Heard[K] } & { taken: Set<string>; settled: boolean };

export const attemptKey = (deliveryId: string, attempt: number | null | undefined): string =>
  `${deliveryId}:${attempt}`;

const restful = new Set(['refused', 'outcome_unknown', 'retrying', 'assistance_requested']);
/** Names an attempt, yet does not say that a provider took it. */
const notTaken = new Set([
  'attempt_started',
  'rejected',
  'outcome_unknown',
  'resend_started',
  'assumed_sent',
  'assistance_requested',
  'task_opened',
  'retrying',
]);
const reached = new Set(['delivered', 'opened', 'read', 'clicked', 'replied', 'unsubscribed', 'complained']);

/** Keeps, for each outreach, what the feed said of it. */
export class FeedJournal {
  /** Transitions heard so far, of whatever outreach. */
  heard = 0;
  readonly #known = new Map<string, Memory>();

  hear({ outreachId, transition, deliveryId, attempt }: OutreachTransition): void {
    this.heard += 1;
    const memory = this.#known.get(outreachId) ?? blank();
    this.#known.set(outreachId, memory);
    memory.whole ||= transition === 'requested';
    memory.refused ||= transition === 'refused';
    memory.delivered ||= reached.has(transition);
    memory.settled ||= transition === 'settled';
    // A fact may come late, behind the retry it led to: only a new attempt sets things moving again.
    if (memory.settled || restful.has(transition)) memory.atRest = true;
    else if (transition === 'attempt_started') memory.atRest = false;
    if (deliveryId !== undefined && attempt !== undefined && !notTaken.has(transition))
      memory.taken.add(attemptKey(deliveryId, attempt));
  }

  of(outreachId: string): Heard | undefined {
    return this.#known.get(outreachId);
  }
}

const blank = (): Memory => ({
  whole: false,
  taken: new Set(),
  delivered: false,
  refused: false,
  settled: false,
  atRest: false,
});
