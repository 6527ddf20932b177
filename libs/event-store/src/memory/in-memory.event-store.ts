import { setTimeout as delay } from 'node:timers/promises';
import { identifyEvents } from '../event-id.js';
import { EventStoreUnavailableError } from '../event-store.errors.js';
import type {
  AppendRequest,
  AppendResult,
  EventMetadata,
  EventStore,
  ReadOptions,
  ReadResult,
  RecordedEvent,
  SubscribeOptions,
  Subscription,
} from '../event-store.port.js';
import { createUpcasters } from '../upcasters.js';
import type { Upcast } from '../upcasters.js';
import { EventLog } from './event-log.js';
import type { LoggedEvent } from './event-log.js';
import { InMemorySubscription } from './in-memory.subscription.js';

/** What the store asks of time. A simulation passes its own; nothing else here waits or looks at a clock. */
export interface StoreClock {
  now(): Date;
  delay(milliseconds: number): Promise<void>;
}

export interface InMemoryEventStoreOptions {
  clock?: StoreClock;
  upcast?: Upcast;
}

const systemClock: StoreClock = { now: () => new Date(), delay: async (ms) => void (await delay(ms)) };

/**
 * The port without a server, for unit tests and simulations: same contract, nothing kept after the process.
 * Everything happens synchronously inside the call (`appendNow`, `readNow`); subscriptions run on microtasks only, so
 * one seed gives one history.
 */
export class InMemoryEventStore implements EventStore {
  private readonly log = new EventLog();
  private readonly subscriptions = new Set<InMemorySubscription>();
  private readonly clock: StoreClock;
  private readonly upcast: Upcast;
  private disposed = false;

  constructor(options: InMemoryEventStoreOptions = {}) {
    this.clock = options.clock ?? systemClock;
    this.upcast = options.upcast ?? createUpcasters([]);
  }

  async append(request: AppendRequest): Promise<AppendResult> {
    return this.appendNow(request);
  }

  async readStream(stream: string, options?: ReadOptions): Promise<ReadResult> {
    return this.readNow(stream, options);
  }

  /** `append`, synchronously. */
  appendNow(request: AppendRequest): AppendResult {
    this.refuseDisposed();
    if (request.events.length === 0) throw new RangeError('an append holds at least one event');
    const result = this.log.append({
      stream: request.stream,
      expectedRevision: request.expectedRevision,
      events: identifyEvents(request.stream, request.commandId, request.events),
      metadata: Buffer.from(JSON.stringify(request.metadata), 'utf8'),
      created: this.clock.now(),
    });
    for (const subscription of this.subscriptions) subscription.wake();
    return result;
  }

  /** `readStream`, synchronously. */
  readNow(stream: string, options: ReadOptions = {}): ReadResult {
    this.refuseDisposed();
    const stored = this.log.stream(stream);
    const last = stored?.at(-1);
    if (!stored || !last) return { kind: 'missing' };
    const from = Number(options.fromRevision ?? 0n);
    const wanted = stored.slice(from, from + (options.maxCount ?? stored.length));
    const events = wanted.map((event) => this.recorded(event));
    return { kind: 'found', revision: events.at(-1)?.revision ?? last.revision, events };
  }

  /** Every event there is, synchronously, in `$all` order. */
  readAllNow(): RecordedEvent[] {
    this.refuseDisposed();
    return this.log.all.map((event) => this.recorded(event));
  }

  subscribeToAll(options: SubscribeOptions): Subscription {
    this.refuseDisposed();
    const subscription = new InMemorySubscription({
      options,
      log: this.log,
      delay: (ms) => this.clock.delay(ms),
      recorded: (event) => this.recorded(event),
    });
    this.subscriptions.add(subscription);
    return {
      done: subscription.done,
      stop: () => {
        this.subscriptions.delete(subscription);
        return subscription.stop();
      },
    };
  }

  async headPosition(): Promise<bigint> {
    this.refuseDisposed();
    return this.log.all.at(-1)?.position ?? 0n;
  }

  async hasEventsAfter(position: bigint): Promise<boolean> {
    return (await this.headPosition()) > position;
  }

  async ping(): Promise<void> {
    this.refuseDisposed();
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    const running = [...this.subscriptions];
    this.subscriptions.clear();
    await Promise.allSettled(running.map((subscription) => subscription.stop()));
  }

  private recorded(event: LoggedEvent): RecordedEvent {
    const stored = JSON.parse(Buffer.from(event.metadata).toString('utf8')) as EventMetadata;
    const { data, metadata } = this.upcast(event.type, JSON.parse(event.json.toString('utf8')), stored);
    const { stream, id, type, revision, position, created } = event;
    return { stream, id, type, data, metadata, revision, position, created };
  }

  private refuseDisposed(): void {
    if (this.disposed) throw new EventStoreUnavailableError('the event store was disposed');
  }
}
