import type { EventStore } from '@homing/event-store';
import {
  compareReadModels,
  connectReadModel,
  createSystemQueries,
  dropRebuilt,
  holdCheckpoints,
  LIVE_SCHEMA,
  migrateReadModel,
  PROJECTION,
  rebuiltPosition,
  rowsIn,
  swapSchemas,
  takeLease,
  type ReadModelConnection,
  type ReadModelRoles,
  type ReadModelTransaction,
  type TableDifference,
} from '@homing/read-model';
import { BatchProjector } from '../project-events/batch.projector.js';
import { paceOf, type Pace } from '../operate/walk.pace.js';
import { WalkAbortedError } from '../operate/aborted.error.js';
import { walkTo } from './store.walk.js';

export interface RebuildOptions {
  readonly store: Pick<EventStore, 'subscribeToAll' | 'headPosition'>;
  /** Owner of the database `read`: makes the schema, and swaps it. */
  readonly ownerUrl: string;
  /** The system role: writes the rows. */
  readonly systemUrl: string;
  readonly schema: string;
  /** What to do with a schema that an earlier rebuild left: go on with it, or begin anew. Default: refuse. */
  readonly existing?: 'resume' | 'anew';
  /** Put the rebuilt rows in the place of the live ones, whatever differs. Default false. */
  readonly swap?: boolean;
  /** How long the swap waits for a table, in milliseconds. Default 10 000. */
  readonly lockTimeoutMs?: number;
  /** Default `read_model`. */
  readonly liveSchema?: string;
  readonly roles?: Partial<ReadModelRoles>;
  /** Gives it up; what is in stays, for `resume`. */
  readonly signal?: AbortSignal;
  readonly onPace?: (pace: Pace) => void;
  readonly onTrouble?: (error: unknown) => void;
}

export interface RebuildReport {
  /** Where the rebuilt rows stand. */
  readonly position: bigint;
  /** Set when the live rows stand beyond the end of the store (restored from a backup): nothing to compare. */
  readonly liveAhead?: bigint;
  /** Empty: every row equals its live one. */
  readonly differences: readonly TableDifference[];
  /** What the former live schema is called now; absent when nothing was swapped. */
  readonly replaced?: string;
}

/** There is something under that name already. `--resume` goes on with it, `--anew` drops it first. */
export class RebuildExistsError extends Error {
  readonly safeMessage = true;
  readonly code = 'REBUILD_EXISTS';

  constructor(schema: string, position: bigint) {
    super(`the schema ${schema} is there already, from a rebuild that came to position ${position}`);
    this.name = 'RebuildExistsError';
  }
}

/**
 * The schema holds an earlier rebuild that is further than the live rows, or than the store (restored). Let the live projector
 * catch up, or begin anew.
 */
export class RebuildAheadError extends Error {
  readonly safeMessage = true;
  readonly code = 'REBUILD_AHEAD';

  constructor(rebuilt: bigint, end: bigint) {
    super(`the rebuilt rows stand at ${rebuilt}, beyond ${end}: let the live ones catch up, or begin with --anew`);
    this.name = 'RebuildAheadError';
  }
}

/**
 * Projects everything from the beginning into a schema beside the live one, then compares the two at one position, and if asked
 * puts it in the live one's place in the same transaction. The live projector goes on meanwhile and waits only at the end.
 * @throws RebuildExistsError, RebuildAheadError, NotOursError, WalkAbortedError; ProjectionFencedError when another rebuild of the
 *   same schema has begun; what the stores throw. The live rows are then as they were
 */
export async function rebuildInto(options: RebuildOptions): Promise<RebuildReport> {
  const { ownerUrl, systemUrl, schema, roles, store } = options;
  const liveSchema = options.liveSchema ?? LIVE_SCHEMA;
  // A comparison takes as long as there are rows.
  const patient = { max: 2, queryTimeoutMs: 0, applicationName: 'homing rebuild' };
  const owner = connectReadModel({ ...patient, connectionString: ownerUrl, schema: liveSchema, max: 1 });
  const rebuilt = connectReadModel({ ...patient, connectionString: systemUrl, schema });
  try {
    await makeRoom(owner, options);
    await migrateReadModel(ownerUrl, { schema, ...(roles ? { roles } : {}) });
    const projector = new BatchProjector({ rows: rowsIn(rebuilt), lease: await takeLease(rebuilt.db, PROJECTION) });
    const walk = walkOf(options, projector);
    // Most of the work without holding up anybody; only what came meanwhile is left for the end.
    const live = createSystemQueries(connectedTo(liveSchema, rebuilt));
    await walk(least(await live.currentPosition(), await store.headPosition()));
    return await owner.db
      .transaction()
      .execute((trx) => finish(trx, { options, liveSchema, projector, rebuilt, walk }));
  } finally {
    await Promise.all([owner.close(), rebuilt.close()]);
  }
}

async function makeRoom(owner: ReadModelConnection, { schema, existing }: RebuildOptions): Promise<void> {
  const position = await rebuiltPosition(owner.db, schema);
  if (position === undefined || existing === 'resume') return;
  if (existing !== 'anew') throw new RebuildExistsError(schema, position);
  await dropRebuilt(owner.db, schema);
}

type WalkTo = (end: bigint) => Promise<void>;

function walkOf({ store, signal, onPace, onTrouble }: RebuildOptions, projector: BatchProjector): WalkTo {
  const begun = performance.now();
  const from = projector.position;
  let events = 0;
  return async (end) => {
    const tell = (more: number): void => {
      events += more;
      const seconds = (performance.now() - begun) / 1_000;
      onPace?.(paceOf({ events, from, position: projector.position, end, seconds }));
    };
    await walkTo({
      ...{ store, projector, end, signal: signal ?? new AbortController().signal, onBatch: tell },
      ...(onTrouble ? { onTrouble } : {}),
    });
  };
}

interface Ending {
  readonly options: RebuildOptions;
  readonly liveSchema: string;
  readonly projector: BatchProjector;
  readonly rebuilt: ReadModelConnection;
  readonly walk: WalkTo;
}

/** Holds the live rows still, brings the rebuilt ones to exactly where they stand, compares, and swaps if asked. */
async function finish(trx: ReadModelTransaction, ending: Ending): Promise<RebuildReport> {
  const { options, liveSchema, projector, rebuilt, walk } = ending;
  const live = await holdCheckpoints(trx, liveSchema, PROJECTION);
  const head = await options.store.headPosition();
  const ahead = live > head;
  const end = least(live, head);
  if (projector.position > end) throw new RebuildAheadError(projector.position, end);
  await walk(end);
  const position = projector.position;
  if (options.signal?.aborted) throw new WalkAbortedError(position);
  const differences = ahead ? [] : await compareReadModels(rebuilt.db, { live: liveSchema, rebuilt: options.schema });
  const report = { position, differences, ...(ahead ? { liveAhead: live } : {}) };
  if (!options.swap) return report;
  const replaced = `${liveSchema.slice(0, 20)}_replaced_${stamp(new Date())}`;
  const { schema, lockTimeoutMs } = options;
  await swapSchemas(trx, { rebuilt: schema, live: liveSchema, replaced, ...(lockTimeoutMs ? { lockTimeoutMs } : {}) });
  return { ...report, replaced };
}

/** The same connections, asked about another schema. */
const connectedTo = (schema: string, connection: ReadModelConnection): ReadModelConnection => ({
  ...connection,
  schema,
  db: connection.db.withSchema(schema),
});

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const stamp = (now: Date): string => now.toISOString().replaceAll(/\D/g, '').slice(0, 14);
