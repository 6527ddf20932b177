/** Exponential back-off: `baseMs`, twice that, and so on up to `maxMs`. */
export interface Backoff {
  baseMs: number;
  maxMs: number;
}

/**
 * Milliseconds to wait after the n-th failure in a row (n from 1). Jitter takes away up to half, so that those who
 * failed together do not return together; `random` is in [0, 1].
 */
export function backoffMs(failures: number, backoff: Backoff, random: () => number = Math.random): number {
  const full = Math.min(backoff.maxMs, backoff.baseMs * 2 ** Math.min(failures - 1, 30));
  return full * (0.5 + random() / 2);
}
