import type { LogStorage } from '../storage/log-storage.port.js';
import type { CommittedTail } from './committed-tail.feed.js';
import { LAST_REVISION, NO_REVISION, type StoredEvent } from './stored-event.model.js';
import type { StreamState, StreamTails } from './stream-tails.cache.js';

export const PAGE_EVENTS = 500;

export interface ReadRange {
  readonly from: bigint | 'start' | 'end';
  readonly direction: 'forwards' | 'backwards';
}

export interface LogReaderOptions {
  readonly storage: LogStorage;
  readonly tails: StreamTails;
  readonly feed: CommittedTail;
  /** Milliseconds since the epoch; decides `$maxAge`. */
  readonly now?: () => number;
}

/** Reads the log page by page: nothing here grows with the length of the log. */
export class LogReader {
  constructor(private readonly use: LogReaderOptions) {}

  state(stream: string): Promise<StreamState> {
    return this.use.tails.state(stream);
  }

  /** Visible events of a stream that has some; `count` bounds the size of the pages. */
  async *streamPages(
    stream: string,
    range: ReadRange & { count: bigint; state: StreamState },
  ): AsyncGenerator<StoredEvent[]> {
    const { direction, count, state } = range;
    const first = firstVisible(state);
    const limit = Number(count < PAGE_EVENTS ? count : PAGE_EVENTS);
    const forwards = direction === 'forwards';
    const wanted = range.from === 'start' ? 0n : range.from === 'end' ? state.revision : range.from;
    let from = forwards ? (range.from === 'end' ? LAST_REVISION : max(wanted, first)) : min(wanted, state.revision);
    if (!forwards && range.from === 'start' && first > 0n) return;
    while (forwards ? from <= state.revision : from >= first) {
      const page = await this.use.storage.readStream({ stream, from, direction, limit });
      const last = page.at(-1);
      if (!last) return;
      yield this.visible(page, state, first);
      from = forwards ? last.revision + 1n : last.revision - 1n;
    }
  }

  /** The whole log: forwards from a position inclusive up to what is committed now, backwards exclusive. */
  async *logPages({ from, direction }: ReadRange, limit: number): AsyncGenerator<StoredEvent[]> {
    const forwards = direction === 'forwards';
    const end = this.use.feed.head;
    let next = from === 'start' ? 0n : from === 'end' ? LAST_REVISION : from;
    while (forwards ? next <= end : next > 0n) {
      const page = await this.use.storage.readAll({ from: next, direction, limit });
      const last = page.at(-1);
      if (!last) return;
      yield page;
      next = forwards ? last.position + 1n : last.position;
    }
  }

  /** Everything after a position, for ever: catch-up and live are one walk, so there is no gap and no repeat. */
  async *followAll(after: bigint | 'start' | 'end', signal: AbortSignal): AsyncGenerator<StoredEvent[] | 'caught-up'> {
    const { feed, storage } = this.use;
    let cursor = after === 'start' ? 0n : after === 'end' ? feed.head : after;
    let live = false;
    while (!signal.aborted) {
      const page =
        feed.after(cursor, PAGE_EVENTS) ??
        (await storage.readAll({ from: cursor + 1n, direction: 'forwards', limit: PAGE_EVENTS }));
      const last = page.at(-1);
      if (last) {
        cursor = last.position;
        yield page;
        continue;
      }
      if (!live) yield 'caught-up';
      live = true;
      await feed.beyond(cursor, signal);
    }
  }

  /** Everything of a stream after a revision, for ever; ends with a `deleted` when the stream is tombstoned. */
  async *followStream(
    stream: string,
    after: bigint | 'start' | 'end',
    signal: AbortSignal,
  ): AsyncGenerator<StoredEvent[] | 'caught-up' | 'deleted'> {
    const { feed, storage, tails } = this.use;
    let next = after === 'start' ? 0n : after === 'end' ? (await tails.state(stream)).revision + 1n : after + 1n;
    let live = false;
    while (!signal.aborted) {
      const seen = feed.head;
      const state = await tails.state(stream);
      if (state.tombstoned) return yield 'deleted';
      const first = firstVisible(state);
      const from = max(next, first);
      const page =
        from > state.revision
          ? []
          : await storage.readStream({ stream, from, direction: 'forwards', limit: PAGE_EVENTS });
      const last = page.at(-1);
      if (last) {
        next = last.revision + 1n;
        yield this.visible(page, state, first);
        continue;
      }
      if (!live) yield 'caught-up';
      live = true;
      if (feed.head === seen) await feed.nextOf(stream, signal);
    }
  }

  private visible(page: StoredEvent[], { metadata }: StreamState, first: bigint): StoredEvent[] {
    const { maxAgeSeconds } = metadata;
    const now = this.use.now ?? Date.now;
    const oldest = maxAgeSeconds === undefined ? 0n : BigInt(now() - maxAgeSeconds * 1_000) * 10_000n;
    if (oldest === 0n && page.at(-1)!.revision >= first && page[0]!.revision >= first) return page;
    return page.filter((event) => event.created >= oldest && event.revision >= first);
  }
}

/** The first revision that `$tb` and `$maxCount` leave visible. */
export function firstVisible({ revision, metadata }: StreamState): bigint {
  const { truncateBefore = 0n, maxCount } = metadata;
  const counted = maxCount === undefined || revision === NO_REVISION ? 0n : revision - maxCount + 1n;
  return max(truncateBefore, counted);
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
