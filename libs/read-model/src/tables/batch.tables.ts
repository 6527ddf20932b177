import type { Instant } from './read-model.tables.js';

/** One call with many recipients. What is null was not said yet. */
export interface BatchRow {
  readonly batchId: string;
  readonly tenantId: string;
  /** Recipients in the call: `accepted + refused`. */
  readonly items: number | null;
  readonly accepted: number | null;
  readonly refused: number | null;
  /** Items that never become an outreach, once the batch is cancelled. */
  readonly withheld: number | null;
  readonly receivedAt: Instant | null;
  readonly acceptedAt: Instant | null;
  readonly expandedAt: Instant | null;
  readonly cancelRequestedAt: Instant | null;
  readonly cancelledAt: Instant | null;
  readonly updatedPosition: bigint;
}

/** One place of a batch and the outreach that stands in it. */
export interface BatchItemRow {
  readonly batchId: string;
  readonly itemIndex: number;
  readonly tenantId: string;
  readonly outreachId: string;
  readonly chunk: number;
  readonly updatedPosition: bigint;
}
