import type { EventBatch, EventStore, Subscription } from '@homing/event-store';
import { ProjectionFencedError, type TakenLease } from '@homing/read-model';
import { bounded, errorCode, type Logger } from '@homing/service-kit';
import type { BatchProjector } from '../project-events/batch.projector.js';
import type { SeenLast } from './mark.keeper.js';
import { noteProjected } from './projection.metrics.js';
import type { ProjectionStatus } from './projection.status.js';
import { traceProjected } from './projection.tracing.js';
import { requireReached, StoreBehindError, untilReached } from './store.head.js';

/** Codes of what stops the projection and the publication; undefined: nothing. */
export interface Troubles {
  projection: string | undefined;
  publication: string | undefined;
}

/** The last event that was projected in this term. */
export interface Seen {
  last: SeenLast | undefined;
}

export interface Following {
  readonly parts: {
    readonly store: Pick<EventStore, 'subscribeToAll' | 'headPosition'>;
    readonly logger: Logger;
    readonly onStatus: (change: Partial<ProjectionStatus>) => void;
  };
  readonly projector: BatchProjector;
  readonly lease: TakenLease;
  readonly troubles: Troubles;
  readonly seen: Seen;
}

/** A batch that hangs is left behind after this, in milliseconds: its epoch is over. */
const farewellMs = 10_000;
/** A commit costs the same for one event as for twenty, and what happens to one outreach in a row becomes one set of rows. */
const LINGER_MS = 20;

/** Projects what the store holds and what comes, until `over` aborts. */
export async function follow(
  { parts, projector, lease, troubles, seen }: Following,
  over: AbortController,
): Promise<void> {
  const { store, logger, onStatus } = parts;
  let dropped = false;
  const onTrouble = (error: unknown): void =>
    onStatus({ projectionTrouble: (troubles.projection = error ? errorCode(error) : undefined) });
  const onBatch = async (batch: EventBatch): Promise<void> => {
    // Behind a dropped connection another store may answer, or the same one restored.
    if (dropped) await requireReached(store, projector.position).catch(standDownIf(StoreBehindError, over));
    dropped = false;
    const from = Date.now();
    await projector.project(batch).catch(standDownIf(ProjectionFencedError, over));
    const to = Date.now();
    seen.last = seenLast(batch) ?? seen.last;
    noteProjected(batch, to);
    traceProjected(batch, { from, to });
    onTrouble(undefined);
    onStatus({ position: projector.position, caughtUp: batch.caughtUp, ...(batch.caughtUp ? { live: true } : {}) });
  };
  await untilReached({ store, logger, onTrouble }, lease.position, over.signal);
  if (over.signal.aborted) return;
  const subscription: Subscription = store.subscribeToAll({
    from: lease.position === 0n ? 'start' : lease.position,
    lingerMs: LINGER_MS,
    onBatch,
    onTrouble: ({ kind, error, retryInMs }) => {
      dropped ||= kind === 'dropped';
      onTrouble(error);
      logger.error({ err: error, kind, retryInMs, position: projector.position }, 'projection is held up');
    },
  });
  try {
    await Promise.race([aborted(over.signal), subscription.done]);
  } finally {
    over.abort();
    await bounded(() => subscription.stop(), farewellMs);
  }
}

function seenLast({ events }: EventBatch): SeenLast | undefined {
  const last = events.at(-1);
  if (!last) return undefined;
  const { position, stream, revision, created } = last;
  return { position: position.toString(), stream, revision: revision.toString(), recordedAt: created.toISOString() };
}

/** Ends the term for one kind of error, and passes every error on. */
const standDownIf =
  (kind: abstract new (...given: never[]) => Error, over: AbortController) =>
  (error: unknown): never => {
    if (error instanceof kind) over.abort();
    throw error;
  };

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
