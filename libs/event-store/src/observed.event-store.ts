import { AppendOutcomeUnknownError } from './event-store.errors.js';
import type { AppendRequest, AppendResult, EventStore, ReadOptions, ReadResult } from './event-store.port.js';
import { appendedEvents, appends, kindOf, reads, subscriptionTroubles } from './store.metrics.js';

/** The same store, measured. */
export function observed(store: EventStore): EventStore {
  return {
    append: (request) => append(store, request),
    readStream: (stream, options) => readStream(store, stream, options),
    subscribeToAll: (options) =>
      store.subscribeToAll({
        ...options,
        onTrouble: (trouble) => {
          subscriptionTroubles.inc({ kind: trouble.kind });
          options.onTrouble?.(trouble);
        },
      }),
    headPosition: () => store.headPosition(),
    hasEventsAfter: (position) => store.hasEventsAfter(position),
    ping: () => store.ping(),
    dispose: () => store.dispose(),
  };
}

async function append(store: EventStore, request: AppendRequest): Promise<AppendResult> {
  const stream = kindOf(request.stream);
  const done = appends.timer();
  try {
    const result = await store.append(request);
    done({ stream, outcome: result.kind });
    if (result.kind === 'appended') appendedEvents.add(request.events.length, { stream });
    return result;
  } catch (error) {
    done({ stream, outcome: error instanceof AppendOutcomeUnknownError ? 'unknown' : 'failed' });
    throw error;
  }
}

async function readStream(store: EventStore, name: string, options?: ReadOptions): Promise<ReadResult> {
  const stream = kindOf(name);
  const done = reads.timer();
  try {
    const result = await store.readStream(name, options);
    done({ stream, outcome: result.kind });
    return result;
  } catch (error) {
    done({ stream, outcome: 'failed' });
    throw error;
  }
}
