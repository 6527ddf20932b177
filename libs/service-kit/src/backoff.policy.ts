import { setTimeout as sleepFor } from 'node:timers/promises';

export interface Backoff {
  /** Bound of the first delay in milliseconds. Default 100. */
  readonly baseMs?: number;
  /** Bound of every delay in milliseconds. Default 30 000. */
  readonly capMs?: number;
  /** A number in [0, 1). Default `Math.random`. */
  readonly random?: () => number;
}

/** Full jitter: a delay in whole milliseconds drawn evenly from 0 to min(cap, base * 2^attempt). Attempts count from 0. */
export function backoffDelay(attempt: number, backoff: Backoff = {}): number {
  const { baseMs = 100, capMs = 30_000, random = Math.random } = backoff;
  return Math.floor(random() * Math.min(capMs, baseMs * 2 ** Math.min(attempt, 40)));
}

export interface RetryOptions extends Backoff {
  /** Ends the waiting; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Which errors are worth another try. Default: all. The others are thrown at once. */
  readonly retryable?: (error: unknown) => boolean;
  /** How often `work` is called at most. Default: without limit. */
  readonly maxAttempts?: number;
  /** Called before each wait, for logs and counts. `attempt` is the one that failed, from 0. */
  readonly onRetry?: (failure: { error: unknown; attempt: number; delayMs: number }) => void;
  /** Replaced in tests. */
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<unknown>;
}

/**
 * Calls `work` until it succeeds. For infrastructure that is down for a while (a store not yet up), not for refusals:
 * say with `retryable` what may pass. Rejects with the last error when it is not retryable or attempts are used up.
 */
export async function retryWithBackoff<T>(
  work: (attempt: number) => Promise<T>,
  options: RetryOptions = {},
): Promise<T> {
  const { signal, retryable = () => true, maxAttempts = Infinity, onRetry, sleep = pause } = options;
  for (let attempt = 0; ; attempt += 1) {
    signal?.throwIfAborted();
    try {
      return await work(attempt);
    } catch (error) {
      if (attempt + 1 >= maxAttempts || !retryable(error)) throw error;
      const delayMs = backoffDelay(attempt, options);
      onRetry?.({ error, attempt, delayMs });
      signal?.throwIfAborted();
      await sleep(delayMs, signal).catch(() => signal?.throwIfAborted());
    }
  }
}

const pause = (ms: number, signal?: AbortSignal) => sleepFor(ms, undefined, { signal });
