import { LIVE_POKE } from '@homing/contracts';
import type { EventBatch, EventStore, Subscription } from '@homing/event-store';
import type { Bus, Publisher } from '@homing/messaging';
import {
  PROJECTION,
  ProjectionFencedError,
  rowsIn,
  takeLease,
  type ReadModelConnection,
  type SystemQueries,
  type TakenLease,
} from '@homing/read-model';
import { bounded, crashPoint, errorCode, type Logger } from '@homing/service-kit';
import { BatchProjector } from '../project-events/batch.projector.js';
import { publishUntil } from '../publish-transitions/publication.loop.js';
import { PUBLICATION } from '../publish-transitions/transition.publisher.js';
import { WakeSignal } from '../publish-transitions/wake.signal.js';
import { ProgressKeeper, type KeeperParts } from './progress.keeper.js';
import { noteProjected } from './projection.metrics.js';
import { traceProjected } from './projection.tracing.js';
import type { ProjectionStatus } from './projection.status.js';
import { requireReached, StoreBehindError, untilReached } from './store.head.js';

export interface LeaderParts {
  readonly store: Pick<EventStore, 'subscribeToAll' | 'headPosition' | 'hasEventsAfter'>;
  readonly readModel: ReadModelConnection;
  readonly queries: Pick<SystemQueries, 'eventsAfter'>;
  readonly publisher: Pick<Publisher, 'publishMany'>;
  readonly bus: Pick<Bus, 'notify'>;
  readonly logger: Logger;
  readonly instance: string;
  readonly cacheSize?: number;
  readonly onStatus: (change: Partial<ProjectionStatus>) => void;
  /** How often progress is told, and from when on a stall is one. */
  readonly progress?: Pick<KeeperParts, 'everyMs' | 'stalledAfterMs' | 'giveUpAfterMs'>;
}

/**
 * One term of office: projects and publishes until `signal` aborts or somebody else has taken over. Resolves then; rejects for
 * what no retry here can mend, such as an event of a newer schema.
 */
export async function lead(parts: LeaderParts, signal: AbortSignal): Promise<void> {
  const { readModel, logger, onStatus } = parts;
  const over = new AbortController();
  const end = (): void => over.abort();
  signal.addEventListener('abort', end, { once: true });
  const committed = new WakeSignal();
  const lease = await takeLease(readModel.db, PROJECTION);
  const publicationLease = await takeLease(readModel.db, PUBLICATION);
  logger.info({ position: lease.position, published: publicationLease.position, epoch: lease.epoch }, 'leading');
  onStatus({ role: 'leading', position: lease.position, caughtUp: false, live: false });
  if (signal.aborted) end();

  const troubles: Troubles = { projection: undefined, publication: undefined };
  const projector = projectorOf(parts, lease, committed);
  const publication = publishUntil(over.signal, {
    ...parts,
    ...{ lease: publicationLease, committed, onFenced: end },
    onTrouble: (code) => onStatus({ publicationTrouble: (troubles.publication = code) }),
  });
  const keeper = new ProgressKeeper({
    ...parts,
    ...parts.progress,
    projection: { lease, position: () => projector.position, trouble: () => troubles.projection },
    publication: {
      ...{ lease: publicationLease, position: publication.position },
      trouble: () => troubles.publication,
    },
    onFenced: end,
    onLag: onStatus,
    onGiveUp: () => {
      logger.error({ position: projector.position }, 'stalled for too long: somebody else may try');
      end();
    },
  });
  const keeping = keeper.run(over.signal);
  try {
    await follow({ parts, projector, lease, troubles }, over);
  } finally {
    end();
    signal.removeEventListener('abort', end);
    await Promise.all([publication.ended, keeping]);
    logger.info({ position: projector.position }, 'no longer leading');
  }
}

interface Troubles {
  projection: string | undefined;
  publication: string | undefined;
}

function projectorOf({ readModel, bus, cacheSize }: LeaderParts, lease: TakenLease, committed: WakeSignal) {
  return new BatchProjector({
    rows: rowsIn(readModel),
    lease,
    ...(cacheSize ? { cacheSize } : {}),
    amidCommit: () => crashPoint('projector.amid-commit'),
    beforeCommit: () => crashPoint('projector.before-commit'),
    afterCommit: (position) => {
      crashPoint('projector.after-commit');
      committed.ring();
      bus.notify(LIVE_POKE, { position: position.toString() });
    },
  });
}

interface Following {
  readonly parts: LeaderParts;
  readonly projector: BatchProjector;
  readonly lease: TakenLease;
  readonly troubles: Troubles;
}

/** A batch that hangs is left behind after this, in milliseconds: its epoch is over. */
const farewellMs = 10_000;
/** A commit costs the same for one event as for twenty, and what happens to one outreach in a row becomes one set of rows. */
const LINGER_MS = 20;

/** Projects what the store holds and what comes, until `over` aborts. */
async function follow({ parts, projector, lease, troubles }: Following, over: AbortController): Promise<void> {
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
