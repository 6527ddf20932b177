import type { EventStore } from '@homing/event-store';

export interface StoreCounts {
  appends: number;
  conflicts: number;
  reads: number;
}

/** A store that counts what is asked of it. */
export function countedStore(store: EventStore): {
  readonly store: Pick<EventStore, 'append' | 'readStream'>;
  readonly counts: StoreCounts;
} {
  const counts: StoreCounts = { appends: 0, conflicts: 0, reads: 0 };
  return {
    counts,
    store: {
      append: async (request) => {
        const result = await store.append(request);
        if (result.kind === 'appended') counts.appends += 1;
        else counts.conflicts += 1;
        return result;
      },
      readStream: (stream, options) => {
        counts.reads += 1;
        return store.readStream(stream, options);
      },
    },
  };
}
