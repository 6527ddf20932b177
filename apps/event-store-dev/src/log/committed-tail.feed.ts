import { NO_REVISION, sizeOf, type StoredEvent } from './stored-event.model.js';

/**
 * The end of the log, as far as it is committed: tells subscribers that there is more, and keeps the last few MiB so
 * that those who keep up need not ask the storage. Whoever falls behind it pages from the storage instead.
 */
export class CommittedTail {
  private events: StoredEvent[] = [];
  private bytes = 0;
  /** Everything above this position is in `events`. */
  private floor: bigint;
  private readonly waiters = new Set<() => void>();
  private readonly streamWaiters = new Map<string, Set<() => void>>();
  /** The last committed position. */
  head: bigint;

  constructor(
    head: bigint,
    private readonly maxBytes = 4 * 1024 * 1024,
  ) {
    this.head = this.floor = head;
  }

  /** Events in commit order, after they are durable. */
  publish(events: readonly StoredEvent[]): void {
    for (const event of events) {
      this.events.push(event);
      this.bytes += sizeOf(event, event.stream);
      this.head = event.position;
    }
    if (this.bytes > this.maxBytes) this.shrink();
    wake(this.waiters);
    if (this.streamWaiters.size > 0) for (const { stream } of events) wake(this.streamWaiters.get(stream));
  }

  /** Up to `limit` events after a position, or undefined when the tail does not reach back so far. */
  after(position: bigint, limit: number): StoredEvent[] | undefined {
    if (position < this.floor) return undefined;
    const { events } = this;
    let low = 0;
    let high = events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((events[middle]?.position ?? NO_REVISION) > position) high = middle;
      else low = middle + 1;
    }
    return events.slice(low, low + limit);
  }

  /** Resolves when something is committed after a position, or when the signal aborts. */
  async beyond(position: bigint, signal: AbortSignal): Promise<void> {
    while (this.head <= position && !signal.aborted) await waitIn(this.waiters, signal);
  }

  /** Resolves at the next commit that touches a stream, or when the signal aborts. */
  async nextOf(stream: string, signal: AbortSignal): Promise<void> {
    const set = this.streamWaiters.get(stream) ?? new Set();
    this.streamWaiters.set(stream, set);
    await waitIn(set, signal);
    if (set.size === 0 && this.streamWaiters.get(stream) === set) this.streamWaiters.delete(stream);
  }

  private shrink(): void {
    let drop = 0;
    while (this.bytes > this.maxBytes / 2 && drop < this.events.length) {
      const event = this.events[drop++];
      if (!event) break;
      this.bytes -= sizeOf(event, event.stream);
      this.floor = event.position;
    }
    this.events = this.events.slice(drop);
  }
}

function wake(waiters: Set<() => void> | undefined): void {
  if (!waiters) return;
  const all = [...waiters];
  waiters.clear();
  for (const resolve of all) resolve();
}

function waitIn(waiters: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      waiters.delete(done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    if (signal.aborted) return resolve();
    waiters.add(done);
    signal.addEventListener('abort', done, { once: true });
  });
}
