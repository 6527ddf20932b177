import type { EventRef, StoredEvent } from '../log/stored-event.model.js';

/** Another instance took the log over. Nothing was written; this instance must stop. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
  constructor() {
    super('another event-store-dev took this log over; this one must stop');
  }
}

/** The connection was lost around a commit: stored or not is unknown until `recover` answers. */
export class UnknownCommitError extends Error {
  override readonly name = 'UnknownCommitError';
}

export interface StreamTail {
  readonly revision: bigint;
  /** The last event's data, for metadata streams only (`$$...`). */
  readonly data?: Uint8Array;
}

export interface StreamPage {
  readonly stream: string;
  /** First revision of the page, inclusive. */
  readonly from: bigint;
  readonly direction: 'forwards' | 'backwards';
  readonly limit: number;
}

export interface LogPage {
  /** Inclusive going forwards, exclusive going backwards. */
  readonly from: bigint;
  readonly direction: 'forwards' | 'backwards';
  readonly limit: number;
}

/**
 * Where the log lives. One instance writes at a time; reading is open to all.
 * Pages hold at most `limit` events and about 4 MiB; only an empty page says that there is no more.
 */
export interface LogStorage {
  /** Becomes the writer and fences every earlier one. Resolves to the last position, 0 when the log is empty. */
  open(onFenced: () => void): Promise<bigint>;
  /**
   * Stores all events or none, durably. Positions must be above everything stored.
   * @throws FencedError when another instance took over, UnknownCommitError when the outcome is unknown; any other
   *   error means nothing was stored.
   */
  write(events: readonly StoredEvent[]): Promise<void>;
  /**
   * After an UnknownCommitError: makes sure the lost commit can no longer happen, and resolves to the last position
   * that is stored. @throws FencedError when another instance took over; any other error: call again.
   */
  recover(): Promise<bigint>;
  /** The last event of each stream; streams without events are absent. */
  tails(streams: readonly string[]): Promise<Map<string, StreamTail>>;
  /** Ids and places of up to `count` events of a stream, rising from a revision. */
  refs(stream: string, from: bigint, count: number): Promise<EventRef[]>;
  readStream(page: StreamPage): Promise<StoredEvent[]>;
  readAll(page: LogPage): Promise<StoredEvent[]>;
  close(): Promise<void>;
}

export const PAGE_BYTES = 4 * 1024 * 1024;
