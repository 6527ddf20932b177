import { type EventRef, sizeOf, type StoredEvent } from '../log/stored-event.model.js';
import {
  FencedError,
  type LogPage,
  type LogStorage,
  PAGE_BYTES,
  type StreamPage,
  type StreamTail,
} from './log-storage.port.js';

/** The log itself, so that a test can open it again as a restarted server would. */
export class MemoryLog {
  readonly events: StoredEvent[] = [];
  readonly streams = new Map<string, StoredEvent[]>();
  epoch = 0;
  onTakeover: (() => void) | undefined;
}

/** Keeps the log in memory: for unit tests and throw-away runs. */
export class MemoryStorage implements LogStorage {
  private epoch = 0;
  constructor(private readonly log = new MemoryLog()) {}

  async open(onFenced: () => void): Promise<bigint> {
    const former = this.log.onTakeover;
    this.epoch = this.log.epoch += 1;
    this.log.onTakeover = onFenced;
    former?.();
    return this.recover();
  }

  async write(events: readonly StoredEvent[]): Promise<void> {
    if (this.epoch !== this.log.epoch) throw new FencedError();
    for (const event of events) {
      this.log.events.push(event);
      const stream = this.log.streams.get(event.stream);
      if (stream) stream.push(event);
      else this.log.streams.set(event.stream, [event]);
    }
  }

  async recover(): Promise<bigint> {
    if (this.epoch !== this.log.epoch) throw new FencedError();
    return this.log.events.at(-1)?.position ?? 0n;
  }

  async tails(streams: readonly string[]): Promise<Map<string, StreamTail>> {
    const found = new Map<string, StreamTail>();
    for (const name of streams) {
      const last = this.log.streams.get(name)?.at(-1);
      if (last) found.set(name, { revision: last.revision, ...(name.startsWith('$$') && { data: last.data }) });
    }
    return found;
  }

  async refs(stream: string, from: bigint, count: number): Promise<EventRef[]> {
    return (this.log.streams.get(stream) ?? []).filter((event) => event.revision >= from).slice(0, count);
  }

  async readStream({ stream, from, direction, limit }: StreamPage): Promise<StoredEvent[]> {
    const events = this.log.streams.get(stream) ?? [];
    const start = firstAtOrAfter(events, (event) => event.revision >= from);
    if (direction === 'forwards') return page(events.slice(start, start + limit));
    const end = events[start]?.revision === from ? start + 1 : start;
    return page(events.slice(Math.max(0, end - limit), end).reverse());
  }

  async readAll({ from, direction, limit }: LogPage): Promise<StoredEvent[]> {
    const { events } = this.log;
    const start = firstAtOrAfter(events, (event) => event.position >= from);
    if (direction === 'forwards') return page(events.slice(start, start + limit));
    return page(events.slice(Math.max(0, start - limit), start).reverse());
  }

  async close(): Promise<void> {
    if (this.epoch === this.log.epoch) this.log.onTakeover = undefined;
  }
}

function page(events: StoredEvent[]): StoredEvent[] {
  let bytes = 0;
  const end = events.findIndex((event) => (bytes += sizeOf(event, event.stream)) > PAGE_BYTES);
  return end === -1 ? events : events.slice(0, Math.max(1, end));
}

function firstAtOrAfter(events: readonly StoredEvent[], reached: (event: StoredEvent) => boolean): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const event = events[middle];
    if (event && reached(event)) high = middle;
    else low = middle + 1;
  }
  return low;
}
