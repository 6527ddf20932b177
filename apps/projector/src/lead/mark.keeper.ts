import { laterMark, type StoreMark } from '@homing/contracts';
import {
  holds,
  judgeStore,
  readRestores,
  type MarkSource,
  type StoreVerdict,
  type WatchedStore,
} from '@homing/restore-watch';
import { errorCode, systemTiming, type CheckResult, type Logger } from '@homing/service-kit';

/** A place outside of the store that keeps the mark. */
export interface MarkPlace {
  readonly name: string;
  readonly read: MarkSource;
  /** Keeps it, unless it keeps a later one. */
  readonly keep: (mark: StoreMark) => Promise<void>;
}

export type SeenLast = Omit<StoreMark, 'generation' | 'missingSince'>;

export interface MarkKeeperParts {
  readonly store: WatchedStore;
  readonly places: readonly MarkPlace[];
  /** The last event that was projected in this term. */
  readonly lastSeen: () => SeenLast | undefined;
  /** The last event in the rows: where nobody has kept a mark yet. */
  readonly fromRows: MarkSource;
  readonly logger: Logger;
  readonly now: () => Date;
  readonly onHealth: (health: CheckResult) => void;
  /** Milliseconds between two looks. Default 2 000. */
  readonly everyMs?: number;
}

/**
 * Keeps the mark of what was seen of the store in several places outside of it, each as late as the latest, and stops doing so
 * when the store does not hold it any more.
 */
export class MarkKeeper {
  #mark: StoreMark | undefined;
  #kind: StoreVerdict['kind'] | undefined;

  constructor(private readonly parts: MarkKeeperParts) {}

  /** Until `signal` aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { everyMs = 2_000, logger, onHealth } = this.parts;
    for (let last = ''; !signal.aborted;) {
      try {
        await this.look();
        last = '';
      } catch (error) {
        const reason = errorCode(error);
        if (reason !== last && !signal.aborted)
          logger.warn({ err: error }, 'the mark of the event store cannot be kept');
        last = reason;
        onHealth({ status: 'down', reason: `the mark cannot be kept: ${reason}` });
      }
      await systemTiming.sleep(everyMs, signal).catch(() => undefined);
    }
  }

  /** @throws what the store throws, or the first of the places that could not be asked or written */
  async look(): Promise<void> {
    const { store, places, lastSeen, fromRows, now, onHealth } = this.parts;
    const kept = await Promise.allSettled(places.map((place) => place.read()));
    for (const each of kept) if (each.status === 'fulfilled') this.#mark = laterMark(this.#mark, each.value);
    this.#mark ??= await fromRows();
    const seen = lastSeen();
    const history = await readRestores(store);
    const verdict = await judgeStore(store, { history, mark: this.#mark });
    this.#tell(verdict);
    if (verdict.kind === 'restored' && this.#mark) {
      this.#mark = { ...this.#mark, missingSince: this.#mark.missingSince ?? now().toISOString() };
      onHealth({ status: 'down', reason: `EVENT_STORE_RESTORED: ends at ${verdict.head}; confirm-restore` });
    } else {
      const next = seen && further(this.#mark, { generation: history.generation, ...seen });
      // What was seen may be of a history that was lost, or of another store that answered for a while.
      if (next && next !== this.#mark && (await holds(store, next))) this.#mark = next;
      onHealth({ status: 'up' });
    }
    await this.#keepEverywhere(kept);
  }

  async #keepEverywhere(kept: readonly PromiseSettledResult<StoreMark | undefined>[]): Promise<void> {
    const mark = this.#mark;
    const stale = this.parts.places.filter((_, index) => {
      const there = kept[index];
      return there?.status !== 'fulfilled' || !isSame(there.value, mark);
    });
    if (!mark) return;
    const written = await Promise.allSettled(stale.map((place) => place.keep(mark)));
    const failed = written.find((each) => each.status === 'rejected');
    if (failed) throw failed.reason;
  }

  #tell({ kind, history: { generation } }: StoreVerdict): void {
    if (kind === this.#kind) return;
    const { logger } = this.parts;
    if (kind === 'restored')
      logger.error({ seen: this.#mark?.position, generation }, 'the event store was restored: nothing is to be sent');
    else if (this.#kind === 'restored') logger.info({ generation }, 'the event store is whole again');
    this.#kind = kind;
  }
}

/** The mark moves on with what is seen, and forgets that it was missing. */
function further(mark: StoreMark | undefined, seen: StoreMark): StoreMark {
  if (!mark || mark.generation < seen.generation) return seen;
  return BigInt(seen.position) > BigInt(mark.position) ? seen : mark;
}

const isSame = (a: StoreMark | undefined, b: StoreMark | undefined): boolean =>
  a?.generation === b?.generation &&
  a?.position === b?.position &&
  (a?.missingSince === undefined) === (b?.missingSince === undefined);
