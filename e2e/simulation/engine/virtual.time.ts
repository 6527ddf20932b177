import type { Random } from './random.source.js';

interface Task {
  readonly at: number;
  readonly tie: number;
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
}

/** Ends a run that would go on for ever. */
export class NeverQuietError extends Error {
  override readonly name = 'NeverQuietError';
}

/**
 * The one clock and the one event loop of a simulation. Whatever waits, waits here; of what is due at the same instant chance
 * picks the next, and all promises it settles have run before the one after it begins.
 */
export class VirtualTime {
  readonly #tasks: Task[] = [];
  #order = 0;
  #now: number;
  #steps = 0;

  constructor(
    start: number,
    private readonly random: Random,
  ) {
    this.#now = start;
  }

  /** Milliseconds since the epoch. */
  get now(): number {
    return this.#now;
  }

  get steps(): number {
    return this.#steps;
  }

  /** Runs after so many milliseconds. Returns the way to cancel. */
  after(ms: number, run: () => void): () => void {
    const at = this.#now + Math.max(0, Math.floor(ms));
    const task: Task = { at, tie: this.random.next(), order: (this.#order += 1), run, cancelled: false };
    this.#push(task);
    return () => void (task.cancelled = true);
  }

  /**
   * Runs until nothing is left to be done, or nothing before `end`.
   * @throws NeverQuietError after `mostSteps`
   */
  async run(end: number, mostSteps: number): Promise<void> {
    const last = this.#steps + mostSteps;
    for (let task = this.#tasks[0]; task && task.at <= end; task = this.#tasks[0]) {
      this.#pop();
      if (task.cancelled) continue;
      if ((this.#steps += 1) > last) throw new NeverQuietError(`still busy after ${mostSteps} steps`);
      this.#now = task.at;
      task.run();
      await turn();
    }
    if (Number.isFinite(end)) this.#now = Math.max(this.#now, end);
  }

  #push(task: Task): void {
    const heap = this.#tasks;
    let place = heap.push(task) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!before(task, heap[parent] as Task)) break;
      heap[place] = heap[parent] as Task;
      place = parent;
    }
    heap[place] = task;
  }

  #pop(): void {
    const heap = this.#tasks;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let place = 0;
    for (;;) {
      let child = place * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Task, heap[child] as Task)) child += 1;
      if (!before(heap[child] as Task, last)) break;
      heap[place] = heap[child] as Task;
      place = child;
    }
    heap[place] = last;
  }
}

const before = (a: Task, b: Task): boolean =>
  a.at !== b.at ? a.at < b.at : a.tie !== b.tie ? a.tie < b.tie : a.order < b.order;

/** Everything that is settled has run: no other macrotask exists in a simulation. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
