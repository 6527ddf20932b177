import { type BatchMeter, detached } from '@homing/service-kit/telemetry';
import { meterOf } from './collector.metrics.js';

export type Settled<R> = PromiseSettledResult<R>;
export const fulfilled = <R>(value: R): Settled<R> => ({ status: 'fulfilled', value });
export const rejected = (reason: unknown): Settled<never> => ({ status: 'rejected', reason });

/** How the collector waits. Each returns the way to cancel. */
export interface CollectorTimers {
  /** Runs after so many milliseconds. */
  after(ms: number, run: () => void): () => void;
  /** Runs when the event loop has turned once. */
  turn(run: () => void): () => void;
}

export interface CollectorOptions<T, R> {
  /** Does the work for all items at once and answers each, in the items' order. When it rejects, every item is rejected so. */
  readonly flush: (items: readonly T[]) => Promise<readonly Settled<R>[]>;
  /** Most items in one flush. Default 256. */
  readonly maxBatch?: number;
  /** Longest wait of an item for company in milliseconds, 0 to 5. Default 2. */
  readonly lingerMs?: number;
  /** Flushes at one time. Default 1: the next batch fills while one is worked on. */
  readonly maxConcurrent?: number;
  readonly timers?: CollectorTimers;
  /** What metrics call it. Default `unnamed`. */
  readonly name?: string;
}

/** A flush answered another number of items than it was given: a fault in the flush function, thrown to each item. */
export class CollectorError extends Error {
  readonly safeMessage = true;
  override readonly name = 'CollectorError';
}

interface Waiting<T, R> {
  readonly item: T;
  readonly answer: (result: Settled<R>) => void;
  /** In milliseconds of `performance.now()`. */
  readonly since: number;
}

/**
 * Gathers single items into set-wise work. A flush starts when `maxBatch` items wait, when the oldest has waited `lingerMs`, when a
 * turn of the event loop brought no further item, or when a flush ends while items wait. Items keep their order; every item is
 * answered exactly once. The queue is bounded only by the callers' own limit of items in flight.
 */
export class Collector<T, R> {
  readonly #queue: Waiting<T, R>[] = [];
  readonly #options: Required<CollectorOptions<T, R>>;
  readonly #meter: BatchMeter;
  #flushing = 0;
  #cancelLinger: (() => void) | undefined;
  #cancelTurn: (() => void) | undefined;
  #drained: (() => void)[] = [];

  constructor(options: CollectorOptions<T, R>) {
    this.#options = { maxBatch: 256, lingerMs: 2, maxConcurrent: 1, timers: realTimers, name: 'unnamed', ...options };
    this.#meter = meterOf(this.#options.name);
    const { maxBatch, lingerMs, maxConcurrent } = this.#options;
    if (!(maxBatch >= 1 && maxConcurrent >= 1)) throw new RangeError('maxBatch and maxConcurrent must be at least 1');
    if (!(lingerMs >= 0 && lingerMs <= 5)) throw new RangeError('lingerMs must be from 0 to 5');
  }

  /** Resolves or rejects with the flush's answer for this item. */
  add(item: T): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      const answer = (result: Settled<R>) =>
        result.status === 'fulfilled' ? resolve(result.value) : reject(result.reason as Error);
      this.#queue.push({ item, answer, since: performance.now() });
      this.#meter.waiting += 1;
      this.#schedule();
    });
  }

  /** Flushes without waiting for company; resolves when every item is answered, those that come meanwhile included. */
  async drain(): Promise<void> {
    if (this.#queue.length === 0 && this.#flushing === 0) return;
    const done = new Promise<void>((resolve) => this.#drained.push(resolve));
    this.#start();
    await done;
  }

  #schedule(): void {
    const { maxBatch, lingerMs, timers, maxConcurrent } = this.#options;
    if (this.#flushing >= maxConcurrent) return;
    if (this.#queue.length >= maxBatch || this.#drained.length > 0) return this.#start();
    this.#cancelLinger ??= timers.after(lingerMs, () => this.#start());
    this.#cancelTurn?.();
    this.#cancelTurn = timers.turn(() => this.#start());
  }

  #start(): void {
    this.#cancelLinger?.();
    this.#cancelTurn?.();
    this.#cancelLinger = this.#cancelTurn = undefined;
    const { maxBatch, maxConcurrent } = this.#options;
    while (this.#queue.length > 0 && this.#flushing < maxConcurrent) {
      const batch = this.#queue.splice(0, maxBatch);
      void detached(() => this.#flush(batch));
    }
  }

  async #flush(batch: readonly Waiting<T, R>[]): Promise<void> {
    this.#flushing += 1;
    const now = performance.now();
    this.#meter.waiting -= batch.length;
    this.#meter.started(batch.map(({ since }) => (now - since) / 1_000));
    const results = await this.#answers(batch);
    this.#flushing -= 1;
    batch.forEach((waiting, index) => waiting.answer(results[index] as Settled<R>));
    this.#start();
    if (this.#flushing > 0 || this.#queue.length > 0) return;
    for (const resolve of this.#drained.splice(0)) resolve();
  }

  async #answers(batch: readonly Waiting<T, R>[]): Promise<readonly Settled<R>[]> {
    try {
      const results = await this.#options.flush(batch.map(({ item }) => item));
      if (results.length === batch.length) return results;
      throw new CollectorError(`a flush of ${batch.length} items answered ${results.length}`);
    } catch (error) {
      return batch.map(() => rejected(error));
    }
  }
}

const realTimers: CollectorTimers = {
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  turn(run) {
    const immediate = setImmediate(run);
    return () => clearImmediate(immediate);
  },
};
