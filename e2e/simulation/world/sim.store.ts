import type { AppendRequest, AppendResult, EventStore, RecordedEvent } from '@homing/event-store';
import { AppendOutcomeUnknownError, EventStoreUnavailableError } from '@homing/event-store';
import { InMemoryEventStore } from '@homing/event-store/memory';
import type { Life } from '../engine/process.life.js';
import type { Trace } from '../engine/trace.log.js';
import type { VirtualTime } from '../engine/virtual.time.js';
import type { Network } from './sim.network.js';

export type StorePort = Pick<EventStore, 'append' | 'readStream'>;

/** Events of one append, as they came to stand. */
export interface Appended {
  readonly request: AppendRequest;
  readonly firstRevision: bigint;
}

/** The event store behind a network that fails. The rules of appending are the product's own in-memory store's. */
export class SimStore {
  readonly inner: InMemoryEventStore;
  #head = 0n;
  readonly #observers: ((appended: Appended) => void)[] = [];

  constructor(private readonly parts: { time: VirtualTime; network: Network; trace: Trace }) {
    const { time } = parts;
    const delay = (ms: number): Promise<void> => new Promise((resolve) => void time.after(ms, resolve));
    this.inner = new InMemoryEventStore({ clock: { now: () => new Date(time.now), delay } });
  }

  get head(): bigint {
    return this.#head;
  }

  /** Told of each append that wrote something, at the moment it stands. */
  onAppended(observer: (appended: Appended) => void): void {
    this.#observers.push(observer);
  }

  port(life: Life): StorePort {
    const { network, trace } = this.parts;
    return {
      append: (request) =>
        network.call(life, {
          to: 'store',
          what: `append ${trace.short('s', request.stream)}@${request.expectedRevision} ${request.events.map((event) => event.type).join('+')}`,
          effect: () => this.appendNow(request),
          refused: () => new EventStoreUnavailableError('simulated'),
          unknown: () => new AppendOutcomeUnknownError(request.stream, request.commandId, request.expectedRevision),
          tell: (result) => (result.kind === 'appended' ? `@${result.revision}` : 'conflict'),
        }),
      readStream: (stream, options) =>
        network.call(life, {
          to: 'store',
          what: '',
          effect: () => this.inner.readNow(stream, options),
          refused: () => new EventStoreUnavailableError('simulated'),
        }),
    };
  }

  appendNow(request: AppendRequest): AppendResult {
    const result = this.inner.appendNow(request);
    if (result.kind === 'appended' && result.position > this.#head) {
      this.#head = result.position;
      const firstRevision = result.revision - BigInt(request.events.length) + 1n;
      for (const observer of this.#observers) observer({ request, firstRevision });
    }
    return result;
  }

  /** One stream as it stands; empty when it is not there. */
  eventsOf(stream: string): RecordedEvent[] {
    const read = this.inner.readNow(stream);
    return read.kind === 'missing' ? [] : read.events;
  }
}
