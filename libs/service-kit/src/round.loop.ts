import { setTimeout as pause } from 'node:timers/promises';
import { backoffDelay } from './backoff.policy.js';
import type { Logger } from './pino.logger.js';
import { toSafeError } from './safe-error.serializer.js';

export interface RoundLoopOptions {
  readonly name: string;
  /** One round. True: there is more to do at once. */
  readonly round: () => Promise<boolean>;
  /** Wait between rounds in milliseconds. */
  readonly everyMs: number;
  readonly logger: Logger;
  /** Called before each round; what it returns is called with how the round ended. For metrics. */
  readonly measure?: () => (outcome: 'done' | 'failed') => void;
}

export interface RoundLoop {
  /** Resolves when the round in hand has ended and no other will start. */
  stop(): Promise<void>;
  /** Errors in a row; 0 while it goes well. */
  readonly failures: () => number;
}

/** Rounds one after another, for ever: never two at once, backing off while the stores are away. */
export function startRounds({ name, round, everyMs, logger, measure }: RoundLoopOptions): RoundLoop {
  const stopping = new AbortController();
  let failures = 0;
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      let wait = everyMs;
      const ended = measure?.();
      try {
        if (await round()) wait = 0;
        failures = 0;
        ended?.('done');
      } catch (error) {
        ended?.('failed');
        wait = everyMs + backoffDelay(failures, { baseMs: 250, capMs: 15_000 });
        failures += 1;
        logger.warn({ loop: name, failures, err: toSafeError(error) }, 'a round failed and will be tried again');
      }
      if (wait > 0) await pause(wait, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const done = run();
  return {
    failures: () => failures,
    stop: async () => {
      stopping.abort();
      await done;
    },
  };
}
