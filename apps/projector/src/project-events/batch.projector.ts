import {
  outreachIdsOf,
  projectBatch,
  RevisionGapError,
  type FoldedOutreach,
  type ProjectionRows,
  type StoredEvent,
  type TakenLease,
} from '@homing/read-model';
import { StateCache } from './state.cache.js';

export interface ProjectorParts {
  /** Where the rows go: `rowsIn(connection)`. */
  readonly rows: ProjectionRows;
  readonly lease: TakenLease;
  /** Most folded states kept in memory. Default 5 000. */
  readonly cacheSize?: number;
  /** Inside the transaction: between the checkpoint and the rows, before its end. */
  readonly amidCommit?: () => void;
  readonly beforeCommit?: () => void;
  /** After the rows and the checkpoint are in. */
  readonly afterCommit?: (position: bigint) => void;
}

/** Events in, and the position up to which everything has been seen. */
export interface ProjectableBatch {
  readonly events: readonly StoredEvent[];
  readonly position: bigint;
}

/**
 * Turns batches of `$all` into committed rows, exactly once each: what is in already is passed over, what does not follow is
 * refused. One batch at a time.
 */
export class BatchProjector {
  #position: bigint;
  readonly #cache: StateCache;

  constructor(private readonly parts: ProjectorParts) {
    this.#position = parts.lease.position;
    this.#cache = new StateCache(parts.cacheSize ?? 5_000);
  }

  /** Everything up to here is committed. */
  get position(): bigint {
    return this.#position;
  }

  /**
   * @throws ProjectionFencedError when somebody else has taken over, or when it is unknown whether an earlier commit went
   *   through: take a new lease, which tells
   * @throws RevisionGapError and whatever the database throws: the batch is not in; offer it again
   */
  async project({ events, position }: ProjectableBatch): Promise<void> {
    if (position <= this.#position) return;
    const fresh = events.filter((event) => event.position > this.#position);
    try {
      const changes = projectBatch(fresh, await this.#statesBefore(fresh));
      const { rows, lease, amidCommit, beforeCommit } = this.parts;
      await rows.commitBatch({
        lease,
        from: this.#position,
        to: position,
        changes,
        ...(amidCommit ? { amidCommit } : {}),
        ...(beforeCommit ? { beforeCommit } : {}),
      });
      for (const state of changes.folded) this.#cache.put(state);
    } catch (error) {
      // Whatever went wrong, the database knows better than the memory.
      this.#cache.clear();
      // Rows that are ahead look like a hole: a commit whose answer was lost, or somebody else's.
      if (error instanceof RevisionGapError) await this.#requireStanding();
      throw error;
    }
    this.#position = position;
    this.parts.afterCommit?.(position);
  }

  /** @throws ProjectionFencedError when the checkpoint stands elsewhere, so that what was read is not what comes before */
  #requireStanding(): Promise<void> {
    const here = this.#position;
    return this.parts.rows.advanceCheckpoint(this.parts.lease, { from: here, to: here });
  }

  async #statesBefore(events: readonly StoredEvent[]): Promise<Map<string, FoldedOutreach>> {
    const ids = outreachIdsOf(events);
    const cached = ids.map((id) => this.#cache.get(id)).filter((state) => state !== undefined);
    const known = new Map(cached.map((state) => [state.outreachId, state]));
    // A stream that begins in this batch has no state to load.
    const beginning = new Set(events.filter((event) => event.revision === 0n).map((event) => event.stream));
    const missing = ids.filter((id) => !known.has(id) && !beginning.has(`outreach-${id}`));
    for (const [id, state] of await this.parts.rows.loadFolded(missing)) known.set(id, state);
    return known;
  }
}
