import type { FoldedOutreach } from '@homing/read-model';

/** The states of the outreach that were projected last, so that the hot path reads none. Least recently used go first. */
export class StateCache {
  readonly #states = new Map<string, FoldedOutreach>();

  /** @param capacity most states held; each is a few kilobytes */
  constructor(private readonly capacity: number) {}

  get(outreachId: string): FoldedOutreach | undefined {
    const state = this.#states.get(outreachId);
    if (state) this.put(state);
    return state;
  }

  put(state: FoldedOutreach): void {
    this.#states.delete(state.outreachId);
    this.#states.set(state.outreachId, state);
    const [oldest] = this.#states.keys();
    if (this.#states.size > this.capacity && oldest !== undefined) this.#states.delete(oldest);
  }

  clear(): void {
    this.#states.clear();
  }

  get size(): number {
    return this.#states.size;
  }
}
