import type { IdentifiedEvent } from '../event-id.js';
import type { AppendResult, ExpectedRevision } from '../event-store.port.js';

/** One event as bytes: what a store keeps. */
export interface LoggedEvent extends IdentifiedEvent {
  stream: string;
  revision: bigint;
  position: bigint;
  created: Date;
  metadata: Uint8Array;
}

export interface LogAppend {
  stream: string;
  expectedRevision: ExpectedRevision;
  events: readonly IdentifiedEvent[];
  metadata: Uint8Array;
  created: Date;
}

/** Positions are byte-like and not dense, as in the real store, so that nobody comes to rely on +1. */
const FIRST_POSITION = 512n;
const EVENT_OVERHEAD = 96;

/**
 * The rules of EventStoreDB for one append-only log, synchronously and in memory: exact revisions, and a repeat of
 * the same ids at the same revision is a success with the first outcome.
 */
export class EventLog {
  readonly all: LoggedEvent[] = [];
  private readonly streams = new Map<string, LoggedEvent[]>();
  private next = FIRST_POSITION;

  append(request: LogAppend): AppendResult {
    const stored = this.streams.get(request.stream) ?? [];
    const start = request.expectedRevision === 'no_stream' ? 0 : Number(request.expectedRevision) + 1;
    if (start !== stored.length)
      return this.repeated(stored.slice(start, start + request.events.length), stored, request);
    this.streams.set(request.stream, stored);
    for (const event of request.events) this.push(stored, event, request);
    return appendedAt(stored.at(-1));
  }

  /** The events of one stream, or undefined when it was never written. */
  stream(name: string): readonly LoggedEvent[] | undefined {
    return this.streams.get(name);
  }

  /** Index in `all` of the first event after `position`. */
  after(position: bigint): number {
    let low = 0;
    let high = this.all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.all[middle]?.position ?? 0n) <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private push(stored: LoggedEvent[], event: IdentifiedEvent, request: LogAppend): void {
    const { stream, metadata, created } = request;
    const logged = { ...event, stream, metadata, created, revision: BigInt(stored.length), position: this.next };
    this.next += BigInt(EVENT_OVERHEAD + event.json.length + metadata.length);
    stored.push(logged);
    this.all.push(logged);
  }

  private repeated(there: LoggedEvent[], stored: LoggedEvent[], request: LogAppend): AppendResult {
    const same =
      there.length === request.events.length && there.every((event, i) => event.id === request.events[i]?.id);
    if (same) return appendedAt(there.at(-1));
    const last = stored.at(-1);
    return { kind: 'conflict', actualRevision: last ? last.revision : 'no_stream' };
  }
}

function appendedAt(event: LoggedEvent | undefined): AppendResult {
  if (!event) throw new RangeError('an append holds at least one event');
  return { kind: 'appended', revision: event.revision, position: event.position };
}
