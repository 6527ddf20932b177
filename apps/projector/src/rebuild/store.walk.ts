import type { EventBatch, EventStore } from '@homing/event-store';
import { ProjectionFencedError, RevisionGapError } from '@homing/read-model';
import { WalkAbortedError } from '../operate/aborted.error.js';
import type { BatchProjector } from '../project-events/batch.projector.js';

export interface Walk {
  readonly store: Pick<EventStore, 'subscribeToAll' | 'headPosition'>;
  readonly projector: BatchProjector;
  /** Up to and including it; a batch that goes beyond is cut. */
  readonly end: bigint;
  readonly signal: AbortSignal;
  /** After each batch: how many events it brought. */
  readonly onBatch: (events: number) => void;
  /** What holds it up and is tried again. */
  readonly onTrouble?: (error: unknown) => void;
}

/** Events of a batch: nobody waits for one of them. */
const BATCH_SIZE = 2_000;

/**
 * Projects up to `end`, over stores that are away for a while.
 * @throws WalkAbortedError when `signal` aborts; ProjectionFencedError when another walk took the same rows; RevisionGapError;
 *   whatever ends the subscription
 */
export async function walkTo(walk: Walk): Promise<void> {
  const { store, projector, end, signal, onBatch } = walk;
  if (projector.position >= end) return;
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  const { promise: failed, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(new WalkAbortedError(projector.position));
  signal.addEventListener('abort', abort, { once: true });
  const take = async (batch: EventBatch): Promise<void> => {
    const position = batch.position < end ? batch.position : end;
    const events = batch.events.filter((event) => event.position <= position);
    await projector.project({ events, position });
    // At the very end there may be only events of the store's own, which nobody is given.
    const allSeen = batch.caughtUp && projector.position < end && (await store.headPosition()) >= end;
    if (allSeen) await projector.project({ events: [], position: end });
    onBatch(events.length);
    if (projector.position >= end) arrive();
  };
  const from = projector.position === 0n ? 'start' : projector.position;
  const onTrouble = ({ error }: { readonly error: unknown }): void => {
    if (error instanceof ProjectionFencedError || error instanceof RevisionGapError) reject(error);
    else walk.onTrouble?.(error);
  };
  const subscription = store.subscribeToAll({ from, onBatch: take, onTrouble, maxBatch: BATCH_SIZE, lingerMs: 0 });
  try {
    if (signal.aborted) abort();
    await Promise.race([arrived, failed, subscription.done]);
  } finally {
    signal.removeEventListener('abort', abort);
    await subscription.stop();
  }
}
