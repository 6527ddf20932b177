/** First wait before something woken and still standing is woken again, in milliseconds; doubles with each wake. */
export const REWAKE_MS = 15_000;
/** Longest such wait, in milliseconds. */
export const REWAKE_CAP_MS = 15 * 60_000;

/** When an entry that is being woken for the (wakes + 1)th time may be woken again if it still stands then. */
export const nextWakeAt = (now: Date, wakes: number): Date =>
  new Date(now.getTime() + Math.min(REWAKE_CAP_MS, REWAKE_MS * 2 ** Math.min(wakes, 10)));
