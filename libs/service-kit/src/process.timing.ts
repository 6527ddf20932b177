import { randomUUID } from 'node:crypto';
import { setTimeout as sleepFor } from 'node:timers/promises';

/** What code asks of its process besides its stores: waiting, the monotonic clock and chance. A simulation passes its own. */
export interface Timing {
  /** Milliseconds that never go back; only differences mean something. */
  monotonic(): number;
  /** Rejects with the signal's reason when that aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<unknown>;
  /** Aborts after so many milliseconds. */
  deadline(ms: number): AbortSignal;
  /** In [0, 1). */
  random(): number;
  /** A UUID nobody else can make again. */
  randomId(): string;
}

export const systemTiming: Timing = {
  monotonic: () => performance.now(),
  sleep: (ms, signal) => sleepFor(ms, undefined, { signal }),
  deadline: (ms) => AbortSignal.timeout(ms),
  random: Math.random,
  randomId: randomUUID,
};
