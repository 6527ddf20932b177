import type { BatchPlace, FieldFault } from '@homing/contracts';

/** One call, before its items are sealed. */
export type NewBatch = {
  readonly batchId: string;
  readonly tenantId: string;
  /** 32 bytes: keyed hash over the call. */
  readonly digest: Buffer;
  readonly items: number;
  readonly chunkSize: number;
  /** ISO instant. */
  readonly receivedAt: string;
};

export type OpenedBatch =
  /** The first to come stands; whoever comes after goes on with it, by its instant of receipt. */
  | { readonly kind: 'open'; readonly receivedAt: string; readonly chunkSize: number; readonly accepted: boolean }
  /** The same id with other content: nothing was stored. */
  | { readonly kind: 'different_content' };

/** What became of one item at intake. */
export type BatchItem = {
  readonly index: number;
  /** The caller's own; undefined where it follows from the batch's and the index. */
  readonly requestId?: string | undefined;
} & (
  | { readonly kind: 'sealed'; readonly outreachId: string; readonly earlier: boolean }
  | { readonly kind: 'refused'; readonly faults: readonly FieldFault[] }
);

/** An accepted batch that still has something to hand over or to cancel. */
export type OpenBatch = {
  readonly batchId: string;
  readonly tenantId: string;
  readonly items: number;
  readonly accepted: number;
  readonly refused: number;
  readonly chunkSize: number;
  readonly receivedAt: string;
  readonly acceptedAt: string;
  /** Who asked to cancel it. */
  readonly cancelledBy?: string;
};

export type ReleasedPlace = BatchPlace & {
  /** An outreach stream is known to exist: there is nothing to feed. */
  readonly fed: boolean;
};

/** For whoever takes batches in and hands them over; as `vault_intake`. Every call can be repeated. */
export type BatchKeeper = {
  open(batch: NewBatch): Promise<OpenedBatch>;
  /** Items that are there already stay as they are. */
  addItems(batch: Pick<NewBatch, 'batchId' | 'tenantId'>, items: readonly BatchItem[]): Promise<void>;
  /** Which places of the batch are there, each with what it was refused for. */
  knownPlaces(batchId: string): Promise<ReadonlyMap<number, readonly FieldFault[]>>;
  /** The point from which none of it is lost. @throws Error when not every item is there */
  accept(batchId: string, acceptedAt: string): Promise<void>;
  /** Accepted and not closed, oldest first. */
  listOpen(limit: number): Promise<OpenBatch[]>;
  /** Hands a chunk's items over to the sweeper; what was held back stays so. The items that are handed over, by place. */
  release(chunk: ChunkRange): Promise<ReleasedPlace[]>;
  /** Holds back what is not handed over yet: how many, and which were handed over before. */
  withhold(chunk: ChunkRange): Promise<{ readonly withheld: number; readonly released: readonly BatchPlace[] }>;
  /** Handed over within ten minutes and not known to be an outreach yet, of all batches; at most `limit` are counted. */
  countUnderWay(limit: number): Promise<number>;
  /** What the open batches still have to hand over. */
  countWaiting(): Promise<number>;
  /** Nothing is left to hand over; unless its cancellation was asked for since `open` was read. */
  close(batch: Pick<OpenBatch, 'batchId' | 'cancelledBy'>): Promise<void>;
  /** Looks again at all that was closed before an instant: their streams may have been lost. How many there were. */
  reopen(closedBefore: string): Promise<number>;
};

export type ChunkRange = {
  readonly batchId: string;
  /** First place, inclusive, and the one after the last. */
  readonly from: number;
  readonly to: number;
};

/** A batch as its tenant sees it. Instants are ISO. */
export type SeenBatch = {
  readonly batchId: string;
  readonly items: number;
  readonly accepted: number;
  readonly refused: number;
  readonly withheld: number;
  readonly released: number;
  readonly receivedAt: string;
  readonly acceptedAt: string;
  readonly cancelRequestedAt?: string;
  readonly closedAt?: string;
};

export type SeenItem = {
  readonly index: number;
  readonly requestId?: string;
  readonly outreachId?: string;
  readonly earlier: boolean;
  readonly faults?: readonly FieldFault[];
  readonly released: boolean;
  readonly withheld: boolean;
};

export type ItemFilter = {
  /** Places after this one; absent for the first page. */
  readonly after?: number;
  readonly limit: number;
  /** `waiting`: not handed over yet; `withheld`: never will be. */
  readonly kind?: 'refused' | 'waiting' | 'withheld';
  readonly indexes?: readonly number[];
  readonly outreachId?: string;
};

/** For the API, as `vault_api`: accepted batches of one tenant. */
export type BatchView = {
  find(tenantId: string, batchId: string): Promise<SeenBatch | undefined>;
  /** Latest first. @throws InvalidCursorError */
  list(
    tenantId: string,
    page: { readonly limit: number; readonly cursor?: string },
  ): Promise<{ readonly items: readonly SeenBatch[]; readonly nextCursor?: string }>;
  /** By place; at most `limit`. */
  items(tenantId: string, batchId: string, filter: ItemFilter): Promise<SeenItem[]>;
  /** Durable when it returns; repeating it is harmless. False: there is no such batch. */
  requestCancel(tenantId: string, batchId: string, by: string): Promise<boolean>;
};
