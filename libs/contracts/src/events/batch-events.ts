import type { Recorded } from './outreach-events.js';

/** Everything that can happen to one batch, on its stream `batch-{id}`. Counts, places and ids of ours: never a recipient's data. */
export type BatchEvent =
  | Recorded<'BatchAccepted', BatchAccepted>
  | Recorded<'BatchChunkExpanded', BatchChunkExpanded>
  | Recorded<'BatchExpanded', BatchExpanded>
  | Recorded<'BatchCancellationRequested', BatchCancellationRequested>
  | Recorded<'BatchChunkCancelled', BatchChunkCancelled>
  | Recorded<'BatchCancelled', BatchCancelled>;
export type BatchEventType = BatchEvent['type'];

/** One place of a batch and the outreach it stands for. */
export interface BatchPlace {
  /** Place in the call's list of recipients, from 0. */
  readonly index: number;
  readonly outreachId: string;
}

/** Every item is sealed or refused: from here on none is lost. */
export interface BatchAccepted {
  readonly batchId: string;
  readonly tenantId: string;
  /** Recipients in the call: `accepted + refused`. */
  readonly items: number;
  readonly accepted: number;
  readonly refused: number;
  /** Items are handed over in chunks of so many places each. */
  readonly chunkSize: number;
  readonly chunks: number;
  readonly receivedAt: string;
  readonly acceptedAt: string;
}

/** The items of one chunk are in the orchestrator's hands, or will be: the sweeper feeds what the bus loses. */
export interface BatchChunkExpanded {
  readonly batchId: string;
  /** From 0. */
  readonly chunk: number;
  readonly items: readonly BatchPlace[];
  readonly at: string;
}

/** Every item of the batch is an outreach. */
export interface BatchExpanded {
  readonly batchId: string;
  /** Items that became an outreach. */
  readonly items: number;
  readonly at: string;
}

export interface BatchCancellationRequested {
  readonly batchId: string;
  /** The key that asked. */
  readonly by: string;
  readonly at: string;
}

/** Of one chunk: what was not handed over is held back for good, and what was is asked to start nothing further. */
export interface BatchChunkCancelled {
  readonly batchId: string;
  readonly chunk: number;
  /** Items that never become an outreach. */
  readonly withheld: number;
  /** Items that were handed over already and that no `BatchChunkExpanded` names. */
  readonly items: readonly BatchPlace[];
  readonly at: string;
}

/** Nothing further of the batch starts. */
export interface BatchCancelled {
  readonly batchId: string;
  readonly withheld: number;
  /** Items that had become an outreach. */
  readonly items: number;
  readonly at: string;
}
