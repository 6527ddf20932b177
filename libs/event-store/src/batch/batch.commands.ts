import { batchStream, type BatchEvent } from '@homing/contracts';
import { decideBatch, evolveBatch, noBatch, type BatchCommand, type BatchState } from '@homing/domain';
import { handleCommand, readFolded, type Fold, type Folded, type Handled } from '../command.handler.js';
import type { EventStore } from '../event-store.port.js';

/** How streams of batches fold. */
export const batchFold: Fold<BatchState, BatchEvent> = { empty: noBatch, evolve: evolveBatch };

export interface BatchChange {
  readonly batchId: string;
  readonly tenantId: string;
  readonly command: BatchCommand;
  readonly known?: Folded<BatchState> | undefined;
  /** ISO instant. */
  readonly now: string;
  readonly recordedBy: string;
}

/** Changes one batch, exactly: at the revision it was decided on, or decided again. */
export function changeBatch(
  store: Pick<EventStore, 'append' | 'readStream'>,
  { batchId, tenantId, command, known, now, recordedBy }: BatchChange,
): Promise<Handled<BatchState, BatchEvent>> {
  const commandId = 'chunk' in command ? `${command.kind}:${command.chunk}` : command.kind;
  return handleCommand(store, batchFold, {
    stream: batchStream(batchId),
    known,
    decide: (state) => decideBatch(state, command),
    commandId,
    metadata: {
      ...{ tenantId, correlationId: batchId, causationId: `batch:${batchId}` },
      ...{ recordedAt: now, recordedBy, schemaVersion: 1 },
    },
  });
}

/** @throws EventStoreUnavailableError */
export const readBatch = (store: Pick<EventStore, 'readStream'>, batchId: string): Promise<Folded<BatchState>> =>
  readFolded(store, batchFold, batchStream(batchId));
