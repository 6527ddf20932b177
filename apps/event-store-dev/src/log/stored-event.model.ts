/** An event as a caller proposes it. Bodies are opaque bytes: nothing here parses them. */
export interface NewEvent {
  /** Lower-case UUID text. */
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

/** An event as the log holds it. */
export interface StoredEvent extends NewEvent {
  readonly stream: string;
  /** 0 for the first event of a stream. */
  readonly revision: bigint;
  /** Place in the whole log: above 0, rising, never dense. */
  readonly position: bigint;
  /** 100 ns ticks since the Unix epoch. */
  readonly created: bigint;
}

export type EventRef = Pick<StoredEvent, 'id' | 'revision' | 'position'>;

/** What a writer expects of a stream before its append. A bigint is the revision of the last event. */
export type Expected = bigint | 'no_stream' | 'any' | 'stream_exists';

/** The revision of a tombstone, and the `$tb` of a soft-deleted stream. */
export const LAST_REVISION = 2n ** 63n - 1n;
/** The revision of a stream without events. */
export const NO_REVISION = -1n;

export const STREAM_DELETED = '$streamDeleted';
export const METADATA_CHANGED = '$metadata';

export const metastreamOf = (stream: string): string => `$$${stream}`;
/** The stream that a metadata stream describes, or undefined for an ordinary stream. */
export const originalOf = (stream: string): string | undefined =>
  stream.startsWith('$$') ? stream.slice(2) : undefined;

/** Bytes an event takes in the log. Positions advance by it, so they are never dense. */
export const sizeOf = (event: NewEvent, stream: string): number =>
  64 + stream.length + event.type.length + event.data.length + event.metadata.length;
