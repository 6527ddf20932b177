import { type EventRef, type Expected, LAST_REVISION, NO_REVISION } from './stored-event.model.js';

/** A stream as the decision needs it. */
export interface StreamView {
  /** Revision of its last event, -1 without events. */
  readonly revision: bigint;
  readonly tombstoned: boolean;
  readonly softDeleted: boolean;
  readonly hasMetadata: boolean;
}

export interface AppendQuestion {
  readonly expected: Expected;
  readonly ids: readonly string[];
  readonly stream: StreamView;
  /** What stands at the revisions directly after `expected`, in order; needed only when `asksForStored` says so. */
  readonly stored: readonly EventRef[];
  /** The bounded memory of recent ids in this stream, for `any` and `stream_exists`. */
  readonly recent: (id: string) => EventRef | undefined;
}

export type AppendDecision =
  | { readonly kind: 'write'; readonly firstRevision: bigint; readonly undelete: boolean }
  | { readonly kind: 'repeat'; readonly last: EventRef }
  | { readonly kind: 'nothing-to-write' }
  | { readonly kind: 'wrong-version' }
  | { readonly kind: 'stream-deleted' };

/** The revision an exact expectation names, or undefined for `any` and `stream_exists`. */
export function exactRevision(expected: Expected): bigint | undefined {
  if (expected === 'no_stream') return NO_REVISION;
  return typeof expected === 'bigint' ? expected : undefined;
}

/** Whether the decision must see what stands after the expected revision (a possible repeat). */
export function asksForStored(expected: Expected, stream: StreamView): boolean {
  const exact = exactRevision(expected);
  return exact !== undefined && !stream.tombstoned && exact < stream.revision;
}

/**
 * Decides an append as EventStoreDB's CheckCommit does: only ids are compared, a repeat at the same place is a
 * success with the original place, a partial repeat is a conflict.
 */
export function decideAppend(question: AppendQuestion): AppendDecision {
  const { expected, stream, ids } = question;
  if (stream.tombstoned) return { kind: 'stream-deleted' };
  const exact = exactRevision(expected);
  if (exact === undefined) return decideLoose(question);
  if (exact > stream.revision) return { kind: 'wrong-version' };
  if (exact < stream.revision) return decideLate(question);
  if (ids.length === 0) return { kind: 'nothing-to-write' };
  return write(stream);
}

const write = (stream: StreamView): AppendDecision => ({
  kind: 'write',
  firstRevision: stream.revision + 1n,
  undelete: stream.softDeleted,
});

function decideLoose({ expected, ids, stream, recent }: AppendQuestion): AppendDecision {
  if (expected === 'stream_exists') {
    if (stream.softDeleted) return { kind: 'stream-deleted' };
    if (stream.revision === NO_REVISION && !stream.hasMetadata) return { kind: 'wrong-version' };
  }
  const [first] = ids;
  if (first === undefined) return { kind: 'nothing-to-write' };
  if (!recent(first)) return write(stream);
  const refs = ids.map(recent);
  const last = refs.at(-1);
  return last && refs.every(Boolean) ? { kind: 'repeat', last } : { kind: 'wrong-version' };
}

function decideLate({ expected, ids, stream, stored }: AppendQuestion): AppendDecision {
  const last = stored[ids.length - 1];
  if (last && ids.every((id, index) => stored[index]?.id === id)) return { kind: 'repeat', last };
  const startsOver = expected === 'no_stream' && stream.softDeleted && ids.length > 0 && stored[0]?.id !== ids[0];
  return startsOver ? write(stream) : { kind: 'wrong-version' };
}

/** The revision no append can reach. */
export const isTombstone = (revision: bigint): boolean => revision === LAST_REVISION;
