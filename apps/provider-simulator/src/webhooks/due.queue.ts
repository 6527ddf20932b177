/** Items by the moment they fall due, earliest first; those of one moment in the order they came. A binary heap. */
export class DueQueue<T> {
  readonly #heap: { readonly due: number; readonly order: number; readonly item: T }[] = [];
  #order = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** When the next item falls due. */
  get next(): number | undefined {
    return this.#heap[0]?.due;
  }

  add(due: number, item: T): void {
    this.#heap.push({ due, order: this.#order++, item });
    let at = this.#heap.length - 1;
    while (at > 0 && this.#before(at, (at - 1) >> 1)) at = this.#swap(at, (at - 1) >> 1);
  }

  /** Takes out what is due at `now`, at most `most` of it. */
  take(now: number, most: number): T[] {
    const taken: T[] = [];
    while (taken.length < most && this.next !== undefined && this.next <= now) taken.push(this.#pop());
    return taken;
  }

  #pop(): T {
    this.#swap(0, this.#heap.length - 1);
    const { item } = this.#heap.pop() as { item: T };
    let at = 0;
    for (;;) {
      const smallest = [2 * at + 1, 2 * at + 2].reduce((best, child) => (this.#before(child, best) ? child : best), at);
      if (smallest === at) return item;
      at = this.#swap(at, smallest);
    }
  }

  #before(a: number, b: number): boolean {
    const [x, y] = [this.#heap[a], this.#heap[b]];
    return x !== undefined && y !== undefined && (x.due < y.due || (x.due === y.due && x.order < y.order));
  }

  #swap(a: number, b: number): number {
    const [x, y] = [this.#heap[a], this.#heap[b]];
    if (x && y) [this.#heap[a], this.#heap[b]] = [y, x];
    return b;
  }
}
