import type { StoreMark } from '@homing/contracts';
import { StreamDeletedError, type EventStore } from '@homing/event-store';
import type { RestoreHistory } from './restore.history.js';

export type WatchedStore = Pick<EventStore, 'headPosition' | 'hasEventsAfter' | 'readStream'>;

/** An event that is known to have stood in the store. */
export type SeenEvent = Pick<StoreMark, 'position' | 'stream' | 'revision'>;

/**
 * `whole`: the store holds what was seen of it. `restored`: it does not, or it does not hold a restore that was confirmed; nothing is
 * to be sent until an operator has looked. `unseen`: events stand in it, and nobody has kept a mark of it yet.
 */
export type StoreVerdict =
  | { readonly kind: 'whole' | 'unseen'; readonly history: RestoreHistory }
  | {
      readonly kind: 'restored';
      readonly history: RestoreHistory;
      /** What is missing. */
      readonly seen: SeenEvent;
      /** Where the store ends now. */
      readonly head: bigint;
    };

/**
 * Holds the store against what was seen of it. By identity, not by length: a restored store that has grown again beyond the mark
 * holds another event in its place.
 * @throws what the store throws
 */
export async function judgeStore(
  store: WatchedStore,
  { history, mark, seen }: { history: RestoreHistory; mark: StoreMark | undefined; seen?: SeenEvent | undefined },
): Promise<StoreVerdict> {
  const { generation } = history;
  const restored = async (missing: SeenEvent): Promise<StoreVerdict> => {
    return { kind: 'restored', history, seen: missing, head: await store.headPosition() };
  };
  if (mark && mark.generation > generation) return restored(mark);
  const current = mark && mark.generation === generation ? [mark] : [];
  const known = [...current, ...(seen ? [seen] : [])];
  for (const each of known) if (!(await holds(store, each))) return restored(each);
  if (known.length > 0 || mark) return { kind: 'whole', history };
  return { kind: (await store.hasEventsAfter(0n)) ? 'unseen' : 'whole', history };
}

/** Whether an event stands in the store where it stood. @throws what the store throws */
export async function holds(store: WatchedStore, { stream, revision, position }: SeenEvent): Promise<boolean> {
  try {
    const read = await store.readStream(stream, { fromRevision: BigInt(revision), maxCount: 1 });
    return read.kind === 'found' && read.events[0]?.position === BigInt(position);
  } catch (error) {
    // Somebody deleted the stream: that is another matter, where the store reaches as far at all.
    if (error instanceof StreamDeletedError) return BigInt(position) <= (await store.headPosition());
    throw error;
  }
}
