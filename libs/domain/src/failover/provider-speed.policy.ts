import { beginsReturn, isSlowNow } from './provider-health.policy.js';
import type { ProviderHealth } from './provider-health.state.js';

/** A provider whose calls take less than this is never slow, however fast another is. */
export const SLOW_FLOOR_MS = 1_500;
/** So many times as long as another's. */
export const SLOW_FACTOR = 3;
/** Comes back when its calls take less than so many times another's. */
const BACK_FACTOR = 2;
/** So many calls make a measurement, none older than the next. */
export const SPEED_CALLS = 5;
const SPEED_MS = 300_000;
/** A measurement is fresh when so many calls are younger than this. */
const FRESH_MS = 10_000;

/**
 * The median of its fresh good calls, or of the last few where fewer are fresh, in milliseconds; undefined where too few are known. One
 * that is seldom called is thus judged by its last calls and not by those of a spell that is over. A call that failed measures nothing:
 * whoever is silent is not slow but stopped, and its silence must not end in a twentieth of the traffic.
 */
export function measuredMs({ recent }: ProviderHealth, now: number): number | undefined {
  const looked = recent.filter(({ at, good }) => good && at > now - SPEED_MS);
  if (looked.length < SPEED_CALLS) return undefined;
  const last = looked.slice(-Math.max(SPEED_CALLS, freshCalls(looked, now)));
  const sorted = last.map(({ ms }) => ms).sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/** False where what is known of its speed may have changed since. */
export const isFreshlyMeasured = ({ recent }: ProviderHealth, now: number): boolean =>
  freshCalls(recent, now) >= SPEED_CALLS;

const freshCalls = (calls: ProviderHealth['recent'], now: number): number =>
  calls.filter(({ at, good }) => good && at > now - FRESH_MS).length;

export type HealthByProvider = ReadonlyMap<string, ProviderHealth>;

/**
 * The providers of one channel after their speeds were held against each other. One is slow only beside another that is in use and
 * measured much faster: where all are slow, none is. It comes back once it is measured fast enough, or the others slow.
 */
export function weighSpeeds(healths: HealthByProvider, now: number): HealthByProvider {
  return new Map(
    [...healths].map(([key, health]) => {
      const others = [...healths].flatMap(([other, each]) => {
        const { kind } = each.standing;
        const ms = other === key || kind === 'stopped' || kind === 'returning' ? undefined : measuredMs(each, now);
        return ms === undefined ? [] : [{ ms, healthy: kind === 'healthy' }];
      });
      return [key, weighed(health, others, now)];
    }),
  );
}

function weighed(
  health: ProviderHealth,
  others: readonly { readonly ms: number; readonly healthy: boolean }[],
  now: number,
): ProviderHealth {
  const ms = measuredMs(health, now);
  const { kind, since } = health.standing;
  if (kind === 'healthy') {
    const fastest = Math.min(...others.filter(({ healthy }) => healthy).map((each) => each.ms));
    return ms !== undefined && ms > SLOW_FLOOR_MS && ms >= SLOW_FACTOR * fastest ? isSlowNow(health, now) : health;
  }
  if (kind !== 'slow') return health;
  if (ms === undefined) return now - since > SPEED_MS ? beginsReturn(health, now) : health;
  const fastest = Math.min(...others.map((each) => each.ms));
  return ms <= SLOW_FLOOR_MS || ms < BACK_FACTOR * fastest ? beginsReturn(health, now) : health;
}
