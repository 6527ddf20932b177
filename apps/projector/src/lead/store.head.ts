import type { EventStore } from '@homing/event-store';
import { backoffDelay, type Logger } from '@homing/service-kit';
import { WakeSignal } from '../publish-transitions/wake.signal.js';

export interface HeadParts {
  readonly store: Pick<EventStore, 'headPosition'>;
  readonly logger: Logger;
  /** Hears what holds up the projection; undefined when nothing does any more. */
  readonly onTrouble: (error: unknown) => void;
}

/**
 * The read model holds events that the store does not: it was restored from a backup, or another store answers. Whatever it takes
 * in now gets positions that count as seen, so going on would leave events out for ever. Restore the read model too, or rebuild it.
 */
export class StoreBehindError extends Error {
  readonly safeMessage = true;
  readonly code = 'EVENT_STORE_BEHIND';

  constructor(head: bigint, position: bigint) {
    super(`the event store ends at ${head}, the read model at ${position}`);
    this.name = 'StoreBehindError';
  }
}

/** @throws StoreBehindError when the store ends before `position`; EventStoreUnavailableError */
export async function requireReached(store: HeadParts['store'], position: bigint): Promise<void> {
  const head = await store.headPosition();
  if (head < position) throw new StoreBehindError(head, position);
}

const sayAgainMs = 60_000;

/** Asks until the store holds what the read model has seen, or `signal` aborts. Says why it waits: at once, then each minute. */
export async function untilReached(
  { store, logger, onTrouble }: HeadParts,
  position: bigint,
  signal: AbortSignal,
): Promise<void> {
  let said = -Infinity;
  for (let failures = 0; !signal.aborted; failures += 1) {
    try {
      await requireReached(store, position);
      return failures > 0 ? onTrouble(undefined) : undefined;
    } catch (error) {
      onTrouble(error);
      if (performance.now() - said >= sayAgainMs) {
        said = performance.now();
        logger.error({ err: error, position }, 'nothing is projected');
      }
      await new WakeSignal().next(backoffDelay(failures, { baseMs: 100, capMs: 5_000 }), signal);
    }
  }
}
