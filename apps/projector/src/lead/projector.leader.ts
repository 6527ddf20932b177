import { LIVE_POKE } from '@homing/contracts';
import type { EventBatch, EventStore, Subscription } from '@homing/event-store';
import type { Bus, Publisher } from '@homing/messaging';
import { PROJECTION, rowsIn, takeLease, type ReadModelConnection, type SystemQueries } from '@homing/read-model';
import { ProjectionFencedError } from '@homing/read-model';
import { backoffDelay, crashPoint, toSafeError, type Logger } from '@homing/service-kit';
import { BatchProjector } from '../project-events/batch.projector.js';
import { PAGE_SIZE, PUBLICATION, TransitionPublisher } from '../publish-transitions/transition.publisher.js';
import { WakeSignal } from '../publish-transitions/wake.signal.js';
import { noteProjected, notePublished } from './projection.metrics.js';
import type { ProjectionStatus } from './projection.status.js';
import { requireReached, StoreBehindError, untilReached } from './store.head.js';

export interface LeaderParts {
  readonly store: Pick<EventStore, 'subscribeToAll' | 'headPosition'>;
  readonly readModel: ReadModelConnection;
  readonly queries: Pick<SystemQueries, 'eventsAfter'>;
  readonly publisher: Pick<Publisher, 'publishMany'>;
  readonly bus: Pick<Bus, 'notify'>;
  readonly logger: Logger;
  readonly cacheSize?: number;
  readonly onStatus: (change: Partial<ProjectionStatus>) => void;
}

/**
 * One term of office: projects and publishes until `signal` aborts or somebody else has taken over. Resolves then; rejects for
 * what no retry here can mend, such as an event of a newer schema.
 */
export async function lead(parts: LeaderParts, signal: AbortSignal): Promise<void> {
  const { store, readModel, logger, onStatus, bus } = parts;
  const fenced = new AbortController();
  const over = AbortSignal.any([signal, fenced.signal]);
  const committed = new WakeSignal();
  const lease = await takeLease(readModel.db, PROJECTION);
  const publication = await takeLease(readModel.db, PUBLICATION);
  logger.info({ position: lease.position, published: publication.position, epoch: lease.epoch }, 'leading');
  onStatus({ role: 'leading', position: lease.position, caughtUp: false });

  const projector = new BatchProjector({
    rows: rowsIn(readModel),
    lease,
    ...(parts.cacheSize ? { cacheSize: parts.cacheSize } : {}),
    beforeCommit: () => crashPoint('projector.before-commit'),
    afterCommit: (position) => {
      crashPoint('projector.after-commit');
      committed.ring();
      bus.notify(LIVE_POKE, { position: position.toString() });
    },
  });
  let dropped = false;
  const onBatch = async (batch: EventBatch): Promise<void> => {
    // Behind a dropped connection another store may answer, or the same one restored.
    if (dropped) await requireReached(store, projector.position).catch(standDownIf(StoreBehindError, fenced));
    dropped = false;
    await projector.project(batch).catch(standDownIf(ProjectionFencedError, fenced));
    noteProjected(batch, Date.now());
    onStatus(progress(batch, projector.position));
  };
  const publishing = publishUntil(over, { parts, committed, publication, fenced });
  const onTrouble = (error: unknown): void => onStatus({ projectionTrouble: error ? codeOf(error) : undefined });
  let subscription: Subscription | undefined;
  try {
    await untilReached({ store, logger, onTrouble }, lease.position, over);
    if (over.aborted) return;
    subscription = store.subscribeToAll({
      from: lease.position === 0n ? 'start' : lease.position,
      onBatch,
      onTrouble: ({ kind, error, retryInMs }) => {
        dropped ||= kind === 'dropped';
        onTrouble(error);
        logger.error({ err: error, kind, retryInMs, position: projector.position }, 'projection is held up');
      },
    });
    await Promise.race([aborted(over), subscription.done]);
  } finally {
    fenced.abort();
    await subscription?.stop();
    await publishing;
    logger.info({ position: projector.position }, 'no longer leading');
  }
}

/** Ends the term for one kind of error, and passes every error on. */
const standDownIf =
  (kind: abstract new (...given: never[]) => Error, fenced: AbortController) =>
  (error: unknown): never => {
    if (error instanceof kind) fenced.abort();
    throw error;
  };

function progress(batch: EventBatch, position: bigint): Partial<ProjectionStatus> {
  const last = batch.events.at(-1);
  const recorded = last ? { recordedAt: last.created.getTime() } : {};
  return { position, caughtUp: batch.caughtUp, ...recorded, projectionTrouble: undefined };
}

interface Publication {
  readonly parts: LeaderParts;
  readonly committed: WakeSignal;
  readonly publication: ConstructorParameters<typeof TransitionPublisher>[0]['lease'];
  readonly fenced: AbortController;
}

/** A bus that is away holds up the publication, never the projection. */
async function publishUntil(over: AbortSignal, { parts, committed, publication, fenced }: Publication): Promise<void> {
  const afterPublish = (): void => crashPoint('projector.after-publish');
  const afterCheckpoint = (): void => crashPoint('projector.after-checkpoint');
  const publisher = new TransitionPublisher({
    ...parts,
    rows: rowsIn(parts.readModel),
    lease: publication,
    afterPublish,
    afterCheckpoint,
  });
  for (let failures = 0; !over.aborted;) {
    try {
      const published = await publisher.publishNext();
      failures = 0;
      notePublished(published);
      parts.onStatus({ publicationTrouble: undefined, ...(published < PAGE_SIZE ? { completeAt: Date.now() } : {}) });
      if (published === 0) await committed.next(1_000, over);
    } catch (error) {
      if (error instanceof ProjectionFencedError) return fenced.abort();
      const retryInMs = backoffDelay(failures, { baseMs: 100, capMs: 5_000 });
      failures += 1;
      parts.onStatus({ publicationTrouble: codeOf(error) });
      parts.logger.error({ err: error, retryInMs, position: publisher.position }, 'publication is held up');
      await new WakeSignal().next(retryInMs, over);
    }
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

function codeOf(error: unknown): string {
  if (error instanceof StoreBehindError) return error.reason;
  const { code, type } = toSafeError(error);
  return String(code ?? type);
}
