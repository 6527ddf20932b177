import { START, streamNameFilter } from '@eventstore/db-client';
import type { AllStreamSubscription, EventStoreDBClient } from '@eventstore/db-client';
import { EventStoreUnavailableError } from '../event-store.errors.js';
import { rawEventOf } from './recorded.event.js';
import type { RawEvent } from './recorded.event.js';

type Item = { kind: 'event'; event: RawEvent } | { kind: 'mark'; position: bigint } | { kind: 'live'; live: boolean };

/** What one take brings, in the order the server sent it. `position` is undefined when nothing moved it. */
export interface Taken {
  events: RawEvent[];
  position: bigint | undefined;
  caughtUp: boolean;
}

/** Names of streams that are not the store's own. */
const OURS = '^[^$]';

/**
 * One subscription to `$all` on one connection. The client calls back for checkpoints and for "caught up" ahead of
 * events that still sit in its buffer; believing it would put the position before events nobody has handled. Here
 * everything is taken in the order of the log.
 */
export class AllSession {
  private readonly subscription: AllStreamSubscription;
  private readonly items: Item[] = [];
  private live = false;
  private ended: Error | undefined;
  private liveAfter: number | undefined;
  private ring: () => void = () => undefined;
  private drained: () => void = () => undefined;

  constructor(
    client: EventStoreDBClient,
    from: bigint | 'start',
    private readonly limit: number,
  ) {
    const filter = streamNameFilter({
      regex: OURS,
      checkpointReached: async (_subscription, { commit, prepare }) => {
        if (this.subscription.readableLength > 0) await new Promise<void>((resolve) => (this.drained = resolve));
        this.push({ kind: 'mark', position: commit < prepare ? commit : prepare });
      },
    });
    const fromPosition = from === 'start' ? START : { commit: from, prepare: from };
    this.subscription = client.subscribeToAll({ fromPosition, filter, requiresLeader: true }, { highWaterMark: limit });
    this.subscription.on('data', ({ event }) => {
      if (event && !event.type.startsWith('$')) this.push({ kind: 'event', event: rawEventOf(event) });
      if (this.subscription.readableLength === 0) this.drained();
      if (this.liveAfter !== undefined && (this.liveAfter -= 1) === 0) this.goLive(true);
    });
    this.subscription.on('caughtUp', () => {
      if (this.subscription.readableLength === 0) this.goLive(true);
      else this.liveAfter = this.subscription.readableLength;
    });
    this.subscription.on('fellBehind', () => this.goLive(false));
    this.subscription.on('error', (error) => this.end(error));
    this.subscription.on('end', () => this.end(new Error('the server ended the subscription')));
  }

  /**
   * Waits for something to arrive, then `lingerMs` for company, and takes at most `maxBatch` events.
   * @throws EventStoreUnavailableError once the subscription was dropped and everything it brought has been taken.
   */
  async take(maxBatch: number, lingerMs: number): Promise<Taken> {
    if (this.items.length === 0 && !this.ended) await new Promise<void>((resolve) => (this.ring = resolve));
    if (this.items.length === 0) {
      throw new EventStoreUnavailableError(`the subscription was dropped: ${this.ended?.message}`, {
        cause: this.ended,
      });
    }
    if (this.items.length < maxBatch && !this.ended && lingerMs > 0) {
      await new Promise((resolve) => setTimeout(resolve, lingerMs));
    }
    const taken = this.cut(maxBatch);
    if (this.items.length < this.limit / 2) this.subscription.resume();
    return taken;
  }

  /** Ends it quietly; a waiting `take` throws. */
  close(): void {
    this.end(new Error('closed'));
    this.subscription.unsubscribe().catch(() => undefined);
  }

  private cut(maxBatch: number): Taken {
    const events: RawEvent[] = [];
    let position: bigint | undefined;
    let count = 0;
    for (const item of this.items) {
      if (events.length >= maxBatch && item.kind === 'event') break;
      count += 1;
      if (item.kind === 'live') this.live = item.live;
      else position = item.kind === 'mark' ? item.position : item.event.position;
      if (item.kind === 'event') events.push(item.event);
    }
    this.items.splice(0, count);
    return { events, position, caughtUp: this.live && this.items.length === 0 };
  }

  private goLive(live: boolean): void {
    this.liveAfter = undefined;
    this.push({ kind: 'live', live });
  }

  private push(item: Item): void {
    if (this.ended) return;
    this.items.push(item);
    if (this.items.length >= this.limit) this.subscription.pause();
    this.ring();
  }

  private end(error: Error): void {
    this.ended ??= error;
    this.ring();
    this.drained();
  }
}
