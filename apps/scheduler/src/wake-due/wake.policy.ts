import type { TimetableKind } from '@homing/read-model';

/** First wait before something woken and still standing is woken again, in milliseconds; doubles with each wake. */
export const REWAKE_MS = 15_000;
/** Longest such wait, in milliseconds. */
export const REWAKE_CAP_MS = 15 * 60_000;
/** How soon what the bus did not take is due again, in milliseconds. The growing waits are for what it holds. */
export const REFUSED_MS = 5_000;
/** A look-up rests on the bus until it is answered, and providers allow few: it is asked for again only should it be lost. */
export const LOOK_UP_REWAKE_MS = 30 * 60_000;
export const LOOK_UP_REWAKE_CAP_MS = 6 * 3_600_000;

export type Rewake = 'soon' | 'seldom';
export const rewakeOf = (kind: TimetableKind): Rewake => (kind === 'lookup' ? 'seldom' : 'soon');

/** When an entry that is being woken for the (wakes + 1)th time may be woken again if it still stands then. */
export function nextWakeAt(now: Date, wakes: number, rewake: Rewake = 'soon'): Date {
  const [first, cap] = rewake === 'soon' ? [REWAKE_MS, REWAKE_CAP_MS] : [LOOK_UP_REWAKE_MS, LOOK_UP_REWAKE_CAP_MS];
  return new Date(now.getTime() + Math.min(cap, first * 2 ** Math.min(wakes, 10)));
}
