import type { Expected, NewEvent } from './stored-event.model.js';

/** What a caller asks of the writer. */
export type WriteCommand = {
  readonly stream: string;
  readonly expected: Expected;
  /** True when nobody waits for the answer any more: the command is then answered `expired`, unwritten. */
  readonly expired?: () => boolean;
} & (
  | { readonly kind: 'append'; readonly events: readonly NewEvent[] }
  /** Soft: the numbering continues if the stream is written again. */
  | { readonly kind: 'delete' }
  /** Final. */
  | { readonly kind: 'tombstone' }
);

export type WriteOutcome =
  /** Stored now, or a repeat of what was stored before: the place of the last event. */
  | { readonly kind: 'written'; readonly revision: bigint; readonly position: bigint }
  /** An append without events; `current` is absent when the stream has none. */
  | { readonly kind: 'nothing-written'; readonly current?: bigint }
  | { readonly kind: 'wrong-version'; readonly current?: bigint }
  | { readonly kind: 'stream-deleted' }
  /** Not written: the deadline passed while the command waited. */
  | { readonly kind: 'expired' }
  /** Written or not is unknown; repeating with the same ids and revision is safe. */
  | { readonly kind: 'unavailable'; readonly reason: string };
