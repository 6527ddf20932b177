import type { ProviderSignal } from '@homing/contracts';
import type { Logger } from '@homing/service-kit';
import type { PlacedSignal, SignalPark, SignalPlace } from '@homing/vault/desk';
import { UnmatchedSignalError } from '../record-signal/unmatched.error.js';
import { signalsLetGo, signalsMatchedLate, signalsWaiting } from './match.metrics.js';
import type { MatchedSignal, MessageMatcher } from './message.matcher.js';

export interface MatchParts {
  readonly park: SignalPark<ProviderSignal>;
  readonly matcher: Pick<MessageMatcher, 'find'>;
  readonly record: (signals: readonly ProviderSignal[]) => Promise<PromiseSettledResult<void>[]>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly logger: Pick<Logger, 'warn'>;
}

const PAGE = 500;
/** More parked signals than these displace the oldest: other mail of the same provider account must not fill a disk. */
const MOST_PARKED = 50_000;
/** Expired signals named in one line of the log; all are counted. */
const MOST_SHOWN = 50;

/** How old a parked signal is, and in which rounds it is tried: the young ones in each, since most match within seconds. */
const RINGS = [
  { youngerThanMs: 60_000, every: 1 },
  { youngerThanMs: 3_600_000, every: 30 },
  { youngerThanMs: Infinity, every: 300 },
] as const;

/**
 * Tries parked signals against the provider ids that are projected by now, and lets go of what has waited too long. One instance for
 * each process; several at one time do the same work twice and nothing worse.
 */
export class MatchRound {
  #round = 0;

  constructor(private readonly parts: MatchParts) {}

  /** Answers whether there is more to do at once; never. @throws the first failure, when everything else has been tried */
  async run(): Promise<false> {
    const ring = RINGS.findLast(({ every }) => this.#round % every === 0) ?? RINGS[0];
    this.#round += 1;
    const failures = await this.#tryAll(ring.youngerThanMs);
    // Only after a last try that nothing stood in the way of.
    if (ring.youngerThanMs === Infinity && failures.length === 0) await this.#letGo();
    if (ring.every > 1) await this.#limit();
    if (failures.length > 0) throw failures[0] as Error;
    return false;
  }

  async #tryAll(youngerThanMs: number): Promise<unknown[]> {
    const since = new Date(Math.max(0, this.parts.now() - youngerThanMs)).toISOString();
    const failures: unknown[] = [];
    for (let after: SignalPlace | undefined; ;) {
      const page = await this.parts.park.list({ since, limit: PAGE, ...(after ? { after } : {}) });
      failures.push(...(await this.#match(page)));
      after = page.at(-1);
      if (page.length < PAGE) return failures;
    }
  }

  /** What could not be recorded stays parked, and holds up nothing behind it. */
  async #match(parked: readonly PlacedSignal<ProviderSignal>[]): Promise<unknown[]> {
    const found = await this.parts.matcher.find(parked.map(({ signal }) => signal));
    const matched = parked.flatMap((each, i) => (found[i] ? [{ each, signal: found[i] as MatchedSignal }] : []));
    if (matched.length === 0) return [];
    const results = await this.parts.record(matched.map(({ signal }) => signal));
    const recorded = matched.filter((_, i) => results[i]?.status === 'fulfilled').map(({ each }) => each);
    await this.parts.park.remove(recorded);
    signalsMatchedLate.add(recorded.length);
    return results.flatMap((result) =>
      result.status === 'rejected' && !isUnmatched(result.reason) ? [result.reason as unknown] : [],
    );
  }

  async #letGo(): Promise<void> {
    const expired = await this.parts.park.expire(new Date(this.parts.now()).toISOString());
    if (expired.length === 0) return;
    signalsLetGo.add(expired.length, { because: 'expired' });
    const signals = expired
      .slice(0, MOST_SHOWN)
      .map(({ provider, fact, cause, tenantId, deliveryId }) => ({ provider, fact, cause, tenantId, deliveryId }));
    this.parts.logger.warn({ expired: expired.length, signals }, 'signals that never matched are let go');
  }

  async #limit(): Promise<void> {
    const displaced = await this.parts.park.keepNewest(MOST_PARKED);
    if (displaced > 0) {
      signalsLetGo.add(displaced, { because: 'displaced' });
      this.parts.logger.warn({ displaced, most: MOST_PARKED }, 'too many signals match nothing: the oldest are let go');
    }
    signalsWaiting.set(await this.parts.park.count());
  }
}

const isUnmatched = (error: unknown): boolean => error instanceof UnmatchedSignalError;
