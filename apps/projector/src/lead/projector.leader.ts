import { LIVE_POKE } from '@homing/contracts';
import type { EventStore } from '@homing/event-store';
import type { Bus, Publisher } from '@homing/messaging';
import {
  markOfRows,
  PROJECTION,
  rowsIn,
  takeLease,
  type ReadModelConnection,
  type SystemQueries,
  type TakenLease,
} from '@homing/read-model';
import { crashPoint, type Logger } from '@homing/service-kit';
import { BatchProjector } from '../project-events/batch.projector.js';
import { publishUntil } from '../publish-transitions/publication.loop.js';
import { PUBLICATION } from '../publish-transitions/transition.publisher.js';
import { WakeSignal } from '../publish-transitions/wake.signal.js';
import { MarkKeeper, type MarkKeeperParts } from './mark.keeper.js';
import { ProgressKeeper, type KeeperParts } from './progress.keeper.js';
import type { ProjectionStatus } from './projection.status.js';
import { follow, type Seen, type Troubles } from './store.follower.js';

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
  /** Where the mark of what was seen of the store is kept. Default: nowhere. */
  readonly marks?: Pick<MarkKeeperParts, 'store' | 'places' | 'everyMs'>;
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
  const seen: Seen = { last: undefined };
  const keeping = [keeper.run(over.signal), markKeeperOf(parts, seen)?.run(over.signal)];
  try {
    await follow({ parts, projector, lease, troubles, seen }, over);
  } finally {
    end();
    signal.removeEventListener('abort', end);
    await Promise.all([publication.ended, ...keeping]);
    logger.info({ position: projector.position }, 'no longer leading');
  }
}

function markKeeperOf({ readModel, logger, onStatus, marks }: LeaderParts, seen: Seen): MarkKeeper | undefined {
  return marks
    ? new MarkKeeper({
        ...{ ...marks, logger, now: () => new Date() },
        lastSeen: () => seen.last,
        fromRows: () => markOfRows(readModel),
        onHealth: (mark) => onStatus({ mark }),
      })
    : undefined;
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
