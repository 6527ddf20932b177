import type { EventStore } from '@homing/event-store';
import { databaseClock, recordProgress, type ReadModelConnection, type TakenLease } from '@homing/read-model';
import { systemTiming, type Logger } from '@homing/service-kit';
import { GIVE_UP_AFTER_MS, STALLED_AFTER_MS, stalledFor, standing, type Standing } from './progress.policy.js';
import type { Lag } from './projection.status.js';

/** One reader: what it reads up to, and where it stands. */
export interface Reader {
  readonly lease: TakenLease;
  readonly position: () => bigint;
  readonly trouble: () => string | undefined;
}

export interface KeeperParts {
  readonly store: Pick<EventStore, 'headPosition' | 'hasEventsAfter'>;
  readonly readModel: ReadModelConnection;
  readonly instance: string;
  readonly logger: Logger;
  readonly projection: Reader;
  readonly publication: Reader;
  /** Somebody else has taken over, or the rows were replaced. */
  readonly onFenced: () => void;
  readonly onLag: (lag: { readonly projection: Lag; readonly publication: Lag }) => void;
  /** The projection has stalled for so long that somebody else should try. */
  readonly onGiveUp: () => void;
  /** Milliseconds between two looks. Default 2 000. */
  readonly everyMs?: number;
  readonly stalledAfterMs?: number;
  readonly giveUpAfterMs?: number;
}

/** Looks every few seconds where rows and publication stand against the end of the store, and tells it: in a row, to readiness. */
export class ProgressKeeper {
  readonly #standing = new Map<string, Standing>();

  constructor(private readonly parts: KeeperParts) {}

  /** Until `signal` aborts. Never rejects: a look that fails is told by the age of the last row. */
  async run(signal: AbortSignal): Promise<void> {
    const { everyMs = 2_000, logger } = this.parts;
    for (let failures = 0; !signal.aborted;) {
      try {
        await this.look();
        failures = 0;
      } catch (error) {
        if (!signal.aborted && failures === 0) logger.warn({ err: error }, 'progress cannot be told');
        failures += 1;
      }
      await systemTiming.sleep(everyMs, signal).catch(() => undefined);
    }
  }

  async look(): Promise<void> {
    const { store, readModel, projection, publication, onFenced, onLag, onGiveUp } = this.parts;
    const seen = projection.position();
    const at = await databaseClock(readModel.db);
    const head = await store.headPosition();
    const projected = projection.position();
    const behind = projected < head && (await store.hasEventsAfter(projected));
    // Rows of a store that ends before them are no rows of it.
    const caughtUp = !behind && head >= seen;
    const rows = await this.#tell(projection, { at, head, position: projected, behind, caughtUp });
    const published = publication.position();
    const waiting = published < projected;
    const bus = await this.#tell(publication, {
      ...{ at, head: projected, position: published },
      ...{ behind: waiting, caughtUp: !waiting && caughtUp },
    });
    if (!rows || !bus) return onFenced();
    onLag({ projection: rows, publication: bus });
    if (rows.stalledForMs >= (this.parts.giveUpAfterMs ?? GIVE_UP_AFTER_MS)) onGiveUp();
  }

  async #tell({ lease, trouble }: Reader, seen: Seen): Promise<Lag | undefined> {
    const { readModel, instance: leader, stalledAfterMs = STALLED_AFTER_MS } = this.parts;
    const now = systemTiming.monotonic();
    const stands = standing(this.#standing.get(lease.name), { ...seen, at: now });
    this.#standing.set(lease.name, stands);
    const stalledForMs = stalledFor(stands, now);
    const stalled = stalledForMs >= stalledAfterMs;
    const { at, head, position, caughtUp } = seen;
    const row = await recordProgress(readModel, lease, {
      ...{ at, head, position, caughtUp, leader },
      trouble: trouble() ?? (stalled ? 'STALLED' : null),
    });
    if (!row) return undefined;
    return {
      head,
      secondsBehind: row.caughtUpAt ? Math.max(0, Date.parse(at) - Date.parse(row.caughtUpAt)) / 1_000 : undefined,
      positionsBehind: head > position ? head - position : 0n,
      stalledForMs,
      stalled,
      lookedAt: Date.now(),
    };
  }
}

interface Seen {
  readonly at: string;
  readonly head: bigint;
  readonly position: bigint;
  readonly behind: boolean;
  readonly caughtUp: boolean;
}
