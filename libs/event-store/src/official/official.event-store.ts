import type { Backoff } from '../backoff.policy.js';
import { identifyEvents } from '../event-id.js';
import { EventStoreUnavailableError } from '../event-store.errors.js';
import type {
  AppendRequest,
  AppendResult,
  EventStore,
  ReadOptions,
  ReadResult,
  SubscribeOptions,
  Subscription,
} from '../event-store.port.js';
import { observed } from '../observed.event-store.js';
import { createUpcasters } from '../upcasters.js';
import type { Upcast } from '../upcasters.js';
import { AllSubscription } from './all.subscription.js';
import { ClientHolder } from './client.internals.js';
import { EventAppender } from './event.appender.js';
import { EventReader } from './event.reader.js';
import { recordedEventOf } from './recorded.event.js';

export interface EventStoreOptions {
  /** `esdb://host:2113?tls=false`, several hosts, or `esdb+discover://`; credentials and TLS files go in it, too. */
  url: string;
  /** How long one sending of an append may go unanswered. Default 5000 ms. */
  appendTimeoutMs?: number;
  /** How long an append is resent before AppendOutcomeUnknownError. Default 15000 ms. */
  appendDeadlineMs?: number;
  /** How long to wait between two sendings. Default from 50 ms, doubling up to 1000 ms, with jitter. */
  appendBackoff?: Backoff;
  /** How long a read may be silent. Default 10000 ms. */
  readTimeoutMs?: number;
  /** Lifts old events when they are read. Default: version 1 of everything. */
  upcast?: Upcast;
}

/**
 * The store over the official client, EventStoreDB 23.10 or newer. Connects when first used. One per process.
 * @throws Error when the URL cannot be parsed.
 */
export function connectEventStore(options: EventStoreOptions): EventStore {
  return observed(new OfficialEventStore(options));
}

class OfficialEventStore implements EventStore {
  private readonly holder: ClientHolder;
  private readonly reader: EventReader;
  private readonly appender: EventAppender;
  private readonly upcast: Upcast;
  private readonly subscriptions = new Set<AllSubscription>();
  private disposed = false;

  constructor(options: EventStoreOptions) {
    this.holder = new ClientHolder(options.url);
    this.upcast = options.upcast ?? createUpcasters([]);
    this.reader = new EventReader(this.holder, options.readTimeoutMs ?? 10_000);
    this.appender = new EventAppender(this.holder, this.reader, {
      timeoutMs: options.appendTimeoutMs ?? 5_000,
      deadlineMs: options.appendDeadlineMs ?? 15_000,
      backoff: options.appendBackoff ?? { baseMs: 50, maxMs: 1_000 },
    });
  }

  async append(request: AppendRequest): Promise<AppendResult> {
    this.refuseDisposed();
    const { stream, commandId, expectedRevision } = request;
    if (request.events.length === 0) throw new RangeError('an append holds at least one event');
    const events = identifyEvents(stream, commandId, request.events);
    const metadata = Buffer.from(JSON.stringify(request.metadata), 'utf8');
    const result = await this.appender.append({ stream, commandId, expectedRevision, events, metadata });
    if (result.kind === 'appended') return result;
    const { since, ...conflict } = result;
    return since ? { ...conflict, since: since.map((event) => recordedEventOf(event, this.upcast)) } : conflict;
  }

  async readStream(stream: string, options: ReadOptions = {}): Promise<ReadResult> {
    this.refuseDisposed();
    const read = await this.reader.upTo(stream, options.fromRevision ?? 0n, options.maxCount);
    if (!read) return { kind: 'missing' };
    const events = read.events.map((event) => recordedEventOf(event, this.upcast));
    return { kind: 'found', revision: read.revision, events };
  }

  subscribeToAll(options: SubscribeOptions): Subscription {
    this.refuseDisposed();
    const subscription = new AllSubscription(this.holder, options, this.upcast);
    this.subscriptions.add(subscription);
    const forget = (): void => void this.subscriptions.delete(subscription);
    subscription.done.then(forget, forget);
    return subscription;
  }

  async headPosition(): Promise<bigint> {
    this.refuseDisposed();
    return this.reader.headPosition();
  }

  async hasEventsAfter(position: bigint): Promise<boolean> {
    this.refuseDisposed();
    return this.reader.hasEventsAfter(position);
  }

  async ping(): Promise<void> {
    await this.headPosition();
  }

  async dispose(): Promise<void> {
    if (this.disposed) return;
    this.disposed = true;
    await Promise.all([...this.subscriptions].map((subscription) => subscription.stop()));
    this.appender.dispose();
    await this.holder.dispose();
  }

  private refuseDisposed(): void {
    if (this.disposed) throw new EventStoreUnavailableError('the event store was disposed');
  }
}
