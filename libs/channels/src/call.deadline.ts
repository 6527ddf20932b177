import type { SendOptions } from './channel.provider.js';

/**
 * Runs a call under the caller's signal and its own monotonic deadline, and leaves no timer behind.
 *
 * @throws TypeError, to whoever calls: `timeoutMs` below 1.
 */
export async function withDeadline<T>(options: SendOptions, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  if (!(options.timeoutMs >= 1)) throw new TypeError('timeoutMs must be at least 1');
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), options.timeoutMs);
  try {
    return await run(AbortSignal.any([options.signal, deadline.signal]));
  } finally {
    clearTimeout(timer);
  }
}
