import { ProjectionFencedError, rowsIn, type TakenLease } from '@homing/read-model';
import { backoffDelay, crashPoint, errorCode, type Logger } from '@homing/service-kit';
import { notePublished } from '../lead/projection.metrics.js';
import { TransitionPublisher, type TransitionParts } from './transition.publisher.js';
import { WakeSignal } from './wake.signal.js';
import type { ReadModelConnection } from '@homing/read-model';

export interface PublicationParts extends Pick<TransitionParts, 'queries' | 'publisher'> {
  readonly readModel: ReadModelConnection;
  readonly logger: Logger;
  readonly lease: TakenLease;
  /** Rung when rows were committed. */
  readonly committed: WakeSignal;
  /** Code of what holds it up; undefined when nothing does. */
  readonly onTrouble: (code: string | undefined) => void;
  /** Somebody else has taken over. */
  readonly onFenced: () => void;
}

export interface Publication {
  /** Everything up to here is stored on the bus. */
  readonly position: () => bigint;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
}

/** Longest wait for the ring that every commit gives, in milliseconds; after it the rows are asked all the same. */
const ASK_ANYWAY_MS = 5_000;

/** Publishes what is committed until `over` aborts. A bus that is away holds up the publication, never the projection. */
export function publishUntil(over: AbortSignal, parts: PublicationParts): Publication {
  const publisher = new TransitionPublisher({
    ...parts,
    rows: rowsIn(parts.readModel),
    afterPublish: () => crashPoint('projector.after-publish'),
    afterCheckpoint: () => crashPoint('projector.after-checkpoint'),
  });
  return { position: () => publisher.position, ended: publishOn(over, publisher, parts) };
}

async function publishOn(over: AbortSignal, publisher: TransitionPublisher, parts: PublicationParts): Promise<void> {
  for (let failures = 0; !over.aborted;) {
    try {
      const published = await publisher.publishNext();
      failures = 0;
      notePublished(published);
      parts.onTrouble(undefined);
      if (published === 0) await parts.committed.next(ASK_ANYWAY_MS, over);
    } catch (error) {
      if (error instanceof ProjectionFencedError) return parts.onFenced();
      const retryInMs = backoffDelay(failures, { baseMs: 100, capMs: 5_000 });
      failures += 1;
      parts.onTrouble(errorCode(error));
      parts.logger.error({ err: error, retryInMs, position: publisher.position }, 'publication is held up');
      await new WakeSignal().next(retryInMs, over);
    }
  }
}
