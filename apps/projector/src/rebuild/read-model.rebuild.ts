import type { EventBatch, EventStore } from '@homing/event-store';
import {
  compareReadModels,
  connectReadModel,
  createSystemQueries,
  holdCheckpoint,
  LIVE_SCHEMA,
  migrateReadModel,
  PROJECTION,
  rowsIn,
  takeLease,
  type ReadModelConnection,
  type ReadModelRoles,
  type TableDifference,
} from '@homing/read-model';
import { BatchProjector } from '../project-events/batch.projector.js';

export interface RebuildOptions {
  readonly store: Pick<EventStore, 'subscribeToAll'>;
  /** Owner of the database `read`: makes the schema. */
  readonly ownerUrl: string;
  /** The system role: writes the rows. */
  readonly systemUrl: string;
  /** Must not exist, or be one that an earlier rebuild left unfinished: then it goes on from there. */
  readonly schema: string;
  /** Default `read_model`. */
  readonly liveSchema?: string;
  readonly roles?: Partial<ReadModelRoles>;
}

export interface RebuildReport {
  /** Where both stood when they were compared. */
  readonly position: bigint;
  /** Empty: every row equals its live one. */
  readonly differences: readonly TableDifference[];
}

/**
 * Projects everything from the beginning into a schema beside the live one, then compares the two at one position. The live
 * projector goes on meanwhile and waits only while they are compared.
 */
export async function rebuildInto(options: RebuildOptions): Promise<RebuildReport> {
  const { ownerUrl, systemUrl: connectionString, schema, roles, store } = options;
  await migrateReadModel(ownerUrl, { schema, ...(roles ? { roles } : {}) });
  // A comparison takes as long as there are rows.
  const patient = { connectionString, max: 2, queryTimeoutMs: 0 };
  const live = connectReadModel({ ...patient, schema: options.liveSchema ?? LIVE_SCHEMA });
  const rebuilt = connectReadModel({ ...patient, schema });
  try {
    const lease = await takeLease(rebuilt.db, PROJECTION);
    const projector = new BatchProjector({ rows: rowsIn(rebuilt), lease });
    // Most of the work without holding up anybody; only what came meanwhile is left for the comparison.
    await projectUntil(store, projector, await createSystemQueries(live).currentPosition());
    return await compareAtLive({ store, projector, live, rebuilt });
  } finally {
    await Promise.all([live.close(), rebuilt.close()]);
  }
}

interface Comparison {
  readonly store: RebuildOptions['store'];
  readonly projector: BatchProjector;
  readonly live: ReadModelConnection;
  readonly rebuilt: ReadModelConnection;
}

/** Holds the live checkpoint, brings the rebuilt rows to exactly that position, compares. */
async function compareAtLive({ store, projector, live, rebuilt }: Comparison): Promise<RebuildReport> {
  return live.db.transaction().execute(async (trx) => {
    const position = await holdCheckpoint(trx, PROJECTION);
    await projectUntil(store, projector, position);
    return { position, differences: await compareReadModels(trx, { live: live.schema, rebuilt: rebuilt.schema }) };
  });
}

/** Up to and including a position; a batch that goes beyond it is cut. */
async function projectUntil(store: RebuildOptions['store'], projector: BatchProjector, end: bigint): Promise<void> {
  if (projector.position > end) throw new RebuildAheadError(projector.position, end);
  if (projector.position === end) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const onBatch = async (batch: EventBatch): Promise<void> => {
    const position = batch.position < end ? batch.position : end;
    await projector.project({ events: batch.events.filter((event) => event.position <= position), position });
    if (projector.position >= end) resolve();
  };
  const from = projector.position === 0n ? 'start' : projector.position;
  const subscription = store.subscribeToAll({ from, onBatch });
  try {
    await Promise.race([promise, subscription.done]);
  } finally {
    await subscription.stop();
  }
}

/** The schema holds an earlier rebuild that is further than the live one. Let the live projector catch up, or name another schema. */
export class RebuildAheadError extends Error {
  readonly safeMessage = true;
  readonly code = 'REBUILD_AHEAD';

  constructor(rebuilt: bigint, live: bigint) {
    super(`the rebuilt rows stand at ${rebuilt}, the live ones at ${live}`);
    this.name = 'RebuildAheadError';
  }
}
