import { laterMark, type RestoreConfirmed, type StoreMark } from '@homing/contracts';
import { errorCode, systemTiming, type CheckResult, type Logger } from '@homing/service-kit';
import type { MarkSource } from './mark.sources.js';
import { readRestores } from './restore.history.js';
import { judgeStore, type SeenEvent, type StoreVerdict, type WatchedStore } from './store.verdict.js';

/**
 * The store does not hold what was seen of it: it was restored, or another one answers. Nothing was sent. It comes again until
 * an operator confirms the restore (`confirm-restore`) or the right store answers.
 */
export class StoreRestoredError extends Error {
  readonly safeMessage = true;
  readonly code = 'EVENT_STORE_RESTORED';

  constructor({ position }: SeenEvent) {
    super(`the event store does not hold what was seen at position ${position}`);
    this.name = 'StoreRestoredError';
  }
}

/** It is not known yet whether the store is the one it was. Nothing was sent; it comes again. */
export class StoreUnseenError extends Error {
  readonly safeMessage = true;
  readonly code = 'EVENT_STORE_UNSEEN';

  constructor(reason: string) {
    super(`not known whether the event store is whole: ${reason}`);
    this.name = 'StoreUnseenError';
  }
}

export interface StoreWatchParts {
  readonly store: WatchedStore;
  readonly sources: readonly MarkSource[];
  readonly logger: Logger;
  /** Milliseconds between two looks. Default 2 000. */
  readonly everyMs?: number;
}

/** Looks every few seconds whether the store still is the one it was; whoever sends asks here first. */
export class StoreWatch {
  #verdict: StoreVerdict | undefined;
  #reason = 'not looked yet';
  #mark: StoreMark | undefined;
  #own: (SeenEvent & { readonly generation: number }) | undefined;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(private readonly parts: StoreWatchParts) {}

  start(): void {
    this.#running = this.#run();
  }

  /** Awaits no look that is under way: whom it asks (a bus that was never there) may be closed only after this. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** For readiness. */
  readonly health = (): CheckResult => {
    const verdict = this.#verdict;
    if (verdict?.kind === 'whole') return { status: 'up' };
    if (verdict?.kind === 'restored')
      return {
        status: 'down',
        reason: `EVENT_STORE_RESTORED: ends at ${verdict.head}, seen at ${verdict.seen.position}; confirm-restore`,
      };
    return {
      status: 'down',
      reason: verdict ? 'no mark of the event store yet: the projector tells it' : this.#reason,
    };
  };

  /** What an operator confirmed last of a restore. */
  get restore(): RestoreConfirmed | undefined {
    return this.#verdict?.history.last;
  }

  /** Everything up to here is known to have stood in the store. */
  get floor(): bigint {
    const known = [this.#mark, this.#own].filter((each) => each?.generation === this.#verdict?.history.generation);
    return known.reduce((floor, each) => (each && BigInt(each.position) > floor ? BigInt(each.position) : floor), 0n);
  }

  /** An event of ours stands in the store now: a store that loses it was restored. */
  note(seen: SeenEvent): void {
    const { generation } = this.#verdict?.history ?? { generation: 0 };
    if (!this.#own || this.#own.generation !== generation || BigInt(seen.position) > BigInt(this.#own.position))
      this.#own = { ...seen, generation };
  }

  /** @throws StoreRestoredError, StoreUnseenError */
  requireWhole(): void {
    const verdict = this.#verdict;
    if (verdict?.kind === 'whole') return;
    if (verdict?.kind === 'restored') throw new StoreRestoredError(verdict.seen);
    throw new StoreUnseenError(verdict ? 'no mark yet' : this.#reason);
  }

  /** Looks now. @throws what the store throws. What no source can tell just now was told before, or stays unknown */
  async look(): Promise<StoreVerdict> {
    const { store, sources } = this.parts;
    const told = await Promise.allSettled(sources.map((source) => source()));
    for (const each of told) if (each.status === 'fulfilled') this.#mark = laterMark(this.#mark, each.value);
    const silent = told.find((each) => each.status === 'rejected');
    const history = await readRestores(store);
    const own = this.#own?.generation === history.generation ? this.#own : undefined;
    const found = await judgeStore(store, { history, mark: this.#mark, seen: own });
    // Who could not be asked may have kept one.
    if (found.kind !== 'restored' && !this.#mark && silent) throw silent.reason;
    // The first events of all: they came while we looked on.
    const isYoung = found.kind === 'unseen' && this.#verdict?.kind === 'whole';
    const verdict: StoreVerdict = isYoung ? { kind: 'whole', history } : found;
    this.#tell(verdict);
    this.#verdict = verdict;
    return verdict;
  }

  async #run(): Promise<void> {
    const { everyMs = 2_000, logger } = this.parts;
    const { signal } = this.#stopping;
    for (let failures = 0; !signal.aborted;) {
      try {
        await unlessStopped(this.look(), signal);
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        this.#reason = errorCode(error);
        if (failures === 0 && !signal.aborted)
          logger.warn({ err: error }, 'cannot look whether the event store is whole');
        failures += 1;
      }
      await systemTiming.sleep(everyMs, signal).catch(() => undefined);
    }
  }

  #tell(verdict: StoreVerdict): void {
    const before = this.#verdict?.kind;
    if (verdict.kind === before) return;
    const { generation } = verdict.history;
    if (verdict.kind === 'restored') {
      const { seen, head } = verdict;
      this.parts.logger.error(
        { seen: seen.position, head, generation },
        'the event store was restored: nothing is sent',
      );
    } else if (before === 'restored') this.parts.logger.info({ generation }, 'the event store is whole again');
  }
}

/** The same, or a rejection as soon as the signal aborts. */
function unlessStopped(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    void work.then(() => resolve(), reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
