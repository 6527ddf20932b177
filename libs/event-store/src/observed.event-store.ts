import { inSpan } from '@homing/service-kit/telemetry';
import { AppendOutcomeUnknownError } from './event-store.errors.js';
import type { AppendRequest, AppendResult, EventStore, ReadOptions, ReadResult } from './event-store.port.js';
import { appendedEvents, appends, kindOf, reads, subscriptionTroubles } from './store.metrics.js';

/** The same store, measured and traced. */
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

/** In a span when it goes on from one, the request's own before the active one; the events then carry this span. */
function append(store: EventStore, request: AppendRequest): Promise<AppendResult> {
  const { metadata } = request;
  const attributes = spanOf('append', request.stream);
  return inSpan(
    `append ${attributes['db.collection.name']}`,
    { kind: 'client', parent: metadata.traceparent, onlyInTrace: true, attributes },
    async (span) => {
      const { traceparent } = span;
      const traced = traceparent === undefined ? request : { ...request, metadata: { ...metadata, traceparent } };
      const result = await measuredAppend(store, traced);
      span.set({ 'homing.outcome': result.kind, 'homing.event.count': request.events.length });
      return result;
    },
  );
}

async function measuredAppend(store: EventStore, request: AppendRequest): Promise<AppendResult> {
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

function readStream(store: EventStore, name: string, options?: ReadOptions): Promise<ReadResult> {
  const attributes = spanOf('read', name);
  return inSpan(
    `read ${attributes['db.collection.name']}`,
    { kind: 'client', onlyInTrace: true, attributes },
    async (span) => {
      const result = await measuredRead(store, name, options);
      span.set({ 'homing.outcome': result.kind });
      return result;
    },
  );
}

async function measuredRead(store: EventStore, name: string, options?: ReadOptions): Promise<ReadResult> {
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

const spanOf = (operation: string, stream: string) =>
  ({
    'db.system.name': 'eventstoredb',
    'db.operation.name': operation,
    'db.collection.name': kindOf(stream),
  }) as const;
