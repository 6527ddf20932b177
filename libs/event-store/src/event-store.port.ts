/** What a caller wants to have happened. `data` must be JSON (RFC 8785 canonicalisable): no bigint, NaN or cycles. */
export interface NewEvent<T extends string = string, D = unknown> {
  type: T;
  data: D;
}

/** Stored beside every event of one append. Never personal data: ids, instants and versions only. */
export interface EventMetadata {
  tenantId: string;
  correlationId: string;
  causationId: string;
  /** UTC instant, ISO 8601: when the command was decided. `RecordedEvent.created` is the store's own clock. */
  recordedAt: string;
  /** The service (and instance) that appended. */
  recordedBy: string;
  /** Version of the shape of `data`, from 1; upcasters lift older ones when they are read. */
  schemaVersion: number;
  /** W3C trace context. */
  traceparent?: string;
}

/** One event as the store holds it, after upcasting. */
export interface RecordedEvent<T extends string = string, D = unknown> {
  stream: string;
  id: string;
  type: T;
  data: D;
  metadata: EventMetadata;
  /** Place in its stream, from 0, dense. */
  revision: bigint;
  /** Place in `$all` (commit position). Grows, is not dense, is unique per event. Never make it a JS number. */
  position: bigint;
  created: Date;
}

/** The revision a writer has seen; there is deliberately no `any`. */
export type ExpectedRevision = bigint | 'no_stream';

export interface AppendRequest {
  stream: string;
  expectedRevision: ExpectedRevision;
  /**
   * Names the command. The same command with the same content may be appended any number of times and is stored once.
   * An exclusive claim puts a random claim id, made once in the claimer's memory, into it.
   */
  commandId: string;
  /** At least one; stored together or not at all. */
  events: readonly NewEvent[];
  metadata: EventMetadata;
}

/**
 * `appended`: the events stand in the stream, now or since an earlier try; `revision` and `position` are those of the
 * last one as stored. `conflict`: something else stands there; read on and decide again. `since`: everything that stood after the
 * expected revision, without gap, where the store had to read it to know; never empty. Absent: read it.
 */
export type AppendResult =
  | { kind: 'appended'; revision: bigint; position: bigint }
  | { kind: 'conflict'; actualRevision: ExpectedRevision; since?: readonly RecordedEvent[] };

export interface ReadOptions {
  /** First revision wanted, inclusive. Default 0. */
  fromRevision?: bigint;
  /** At most so many events. Default: all. */
  maxCount?: number;
}

/**
 * `revision` is how far the caller has now seen the stream: the last event returned or, when none stands at or after
 * `fromRevision`, the stream's last event. With no `maxCount` it is the right `expectedRevision` for an append.
 */
export type ReadResult = { kind: 'found'; revision: bigint; events: RecordedEvent[] } | { kind: 'missing' };

export interface EventBatch {
  /** In `$all` order, possibly none (only the position moved, or the subscription has just caught up). */
  events: RecordedEvent[];
  /** Everything up to and including here has been seen. Commit it together with what the events caused. */
  position: bigint;
  /** True when nothing older was waiting in the store: the subscription is live. */
  caughtUp: boolean;
}

export interface SubscribeOptions {
  /** The last position the caller has committed (exclusive), or `start`. */
  from: bigint | 'start';
  /**
   * Awaited before the next batch. A rejection is an infrastructure failure: the same batch is offered again with
   * back-off, for ever; it is never skipped. After a crash the caller gets everything after its committed position.
   */
  onBatch(batch: EventBatch): Promise<void>;
  /** Most events in a batch. Default 500. */
  maxBatch?: number;
  /** Milliseconds to wait for company after a batch's first event. Default 2. */
  lingerMs?: number;
  /** Called for every dropped connection and every rejected batch, for logs and metrics. */
  onTrouble?(trouble: { kind: 'dropped' | 'batch_rejected'; error: unknown; retryInMs: number }): void;
}

export interface Subscription {
  /** Resolves when the batch in hand has been settled (once: a rejected one is not retried any more) and no other will come. */
  stop(): Promise<void>;
  /**
   * Resolves after `stop`; rejects only for what no retry can mend, such as an event with an unknown newer schema. Watch
   * it: nothing else tells that the subscription has ended.
   */
  readonly done: Promise<void>;
}

/** The one door to what happened. Every method may throw `EventStoreUnavailableError` (infrastructure: retry later). */
export interface EventStore {
  /**
   * Appends at an exact revision, exactly once.
   * @throws AppendOutcomeUnknownError when no answer came before the deadline. Send the same request again.
   * @throws StreamDeletedError when the stream was deleted; it will not take these events.
   * @throws AppendRejectedError when the store will never take this request (too large, access denied).
   */
  append(request: AppendRequest): Promise<AppendResult>;
  /** @throws StreamDeletedError, UnknownSchemaVersionError */
  readStream(stream: string, options?: ReadOptions): Promise<ReadResult>;
  /** Every event of every stream that is not the store's own (`$...`), in order, without gap or repeat, for ever. */
  subscribeToAll(options: SubscribeOptions): Subscription;
  /** Position of the last event in `$all`, the store's own included; 0 when there is none. */
  headPosition(): Promise<bigint>;
  /**
   * Whether events that are not the store's own stand after a position, as far as the last 64 events of `$all` tell: a reader that
   * is live stands before the store's own events at the end, and is not behind for that.
   */
  hasEventsAfter(position: bigint): Promise<boolean>;
  /** Resolves when the store answers a read. */
  ping(): Promise<void>;
  /** Stops the subscriptions and closes the connection; appends still open reject with AppendOutcomeUnknownError. */
  dispose(): Promise<void>;
}
