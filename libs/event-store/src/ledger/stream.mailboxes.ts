import { randomUUID } from 'node:crypto';
import { type BatchMeter, detached } from '@homing/service-kit/telemetry';
import type { Fold, Folded } from '../command.handler.js';
import { AppendOutcomeUnknownError } from '../event-store.errors.js';
import type { EventMetadata, EventStore, NewEvent, RecordedEvent } from '../event-store.port.js';
import { meterOf } from './mailbox.metrics.js';

/** How one kind of hot stream is kept. `K`: one change; an event holds several. */
export interface Book<S, C, K, R, E extends NewEvent> {
  /** What metrics call it. */
  readonly name: string;
  readonly fold: Fold<S, E>;
  /** Pure. No change: nothing to append for this command. */
  decide(state: S, command: C): { readonly changes: readonly K[]; readonly result: R };
  /** A state that `apply` may change in place. */
  draft(state: S): S;
  apply(draft: S, changes: readonly K[]): S;
  /** Ledger time of the state, ISO; empty before the first event. */
  timeOf(state: S): string;
  /** The one event that holds a batch's changes. */
  eventOf(stream: string, data: { tenantId: string; at: string; changes: readonly K[] }): E;
  /** True for an answer that holds only as long as nobody else has written: it is checked against the store before it is given. */
  needsProof(result: R): boolean;
  /** True when a stream not yet seen may be taken for empty: the first append tells. */
  mayBeNew(command: C): boolean;
}

/** Where a long stream's fold is kept so that a restart reads only its tail. A cache: losing it costs time. */
export interface Snapshots<S> {
  load(stream: string): Promise<Folded<S> | undefined>;
  /** Never rejects. */
  save(stream: string, folded: Folded<S>): void;
}

export interface MailboxParts<S> {
  readonly store: Pick<EventStore, 'append' | 'readStream'>;
  readonly instance: string;
  readonly now: () => string;
  readonly snapshots?: Snapshots<S> | undefined;
  /** Most streams whose fold is kept in memory. Default 20 000. */
  readonly capacity?: number;
  /** Makes the id of an append: never the same twice. Default random. */
  readonly newId?: (() => string) | undefined;
  /** Most commands in one append. Default 256. */
  readonly maxBatch?: number;
}

interface Waiting<C, R> {
  readonly command: C;
  readonly tenantId: string;
  readonly resolve: (result: R) => void;
  readonly reject: (reason: unknown) => void;
  /** In milliseconds of `performance.now()`. */
  readonly since: number;
}

interface Box<S, C, R> {
  readonly queue: Waiting<C, R>[];
  running: boolean;
  known?: Folded<S> | undefined;
}

/**
 * One mailbox a stream (DESIGN section 4, rule 7): commands that meet are decided in order in memory and appended together at
 * the exact revision. Another instance's append is a conflict: read its tail, decide again. What is answered was decided on
 * the revision it was appended at, or on one just read.
 */
export class StreamMailboxes<S, C, K, R, E extends NewEvent> {
  readonly #boxes = new Map<string, Box<S, C, R>>();
  readonly #meter: BatchMeter;
  #waiting = 0;

  constructor(
    private readonly book: Book<S, C, K, R, E>,
    private readonly parts: MailboxParts<S>,
  ) {
    this.#meter = meterOf(book.name);
  }

  /** Commands waiting or in hand, over all streams. */
  get size(): number {
    return this.#waiting;
  }

  /** @throws what the store throws (EventStoreUnavailableError): give the same command again; keys make it harmless */
  submit(stream: string, tenantId: string, command: C): Promise<R> {
    const box = this.#boxOf(stream);
    this.#waiting += 1;
    return new Promise<R>((resolve, reject) => {
      box.queue.push({ command, tenantId, resolve, reject, since: performance.now() });
      this.#meter.waiting += 1;
      if (!box.running) void detached(() => this.#run(stream, box));
    });
  }

  #boxOf(stream: string): Box<S, C, R> {
    const box: Box<S, C, R> = this.#boxes.get(stream) ?? { queue: [], running: false };
    this.#boxes.delete(stream);
    this.#boxes.set(stream, box);
    for (const [name, oldest] of this.#boxes) {
      if (this.#boxes.size <= (this.parts.capacity ?? 20_000) || oldest.running) break;
      if (name !== stream) this.#boxes.delete(name);
    }
    return box;
  }

  async #run(stream: string, box: Box<S, C, R>): Promise<void> {
    box.running = true;
    // Whoever comes in the same turn shares the append.
    await Promise.resolve();
    while (box.queue.length > 0) {
      const batch = box.queue.splice(0, this.parts.maxBatch ?? 256);
      const now = performance.now();
      this.#meter.waiting -= batch.length;
      this.#meter.started(batch.map(({ since }) => (now - since) / 1_000));
      try {
        const results = await this.#handle(stream, box, batch);
        batch.forEach((waiting, i) => waiting.resolve(results[i] as R));
      } catch (error) {
        // Whether our last append stands is not known: the next batch reads first.
        box.known = undefined;
        for (const waiting of batch) waiting.reject(error);
      }
      this.#waiting -= batch.length;
    }
    box.running = false;
  }

  async #handle(stream: string, box: Box<S, C, R>, batch: readonly Waiting<C, R>[]): Promise<readonly R[]> {
    const { book } = this;
    let { known } = box;
    let proven = false;
    if (!known) {
      const mayBeNew = batch.every(({ command }) => book.mayBeNew(command));
      known = mayBeNew ? { state: book.fold.empty, revision: 'no_stream' } : await this.#load(stream);
      proven = !mayBeNew;
    }
    for (;;) {
      const { changes, results } = this.#decide(known.state, batch);
      if (changes.length === 0) {
        if (proven || !results.some((result) => book.needsProof(result))) {
          // A stream taken for empty and never looked at stays unknown.
          box.known = proven || box.known ? known : undefined;
          return results;
        }
        known = await this.#readOn(stream, known);
        proven = true;
        continue;
      }
      const appended = await this.#append(stream, known, { changes, tenantId: batch[0]?.tenantId ?? '' });
      if (appended.kind === 'written') {
        box.known = appended.folded;
        return results;
      }
      known = appended.kind === 'behind' ? appended.folded : await this.#readOn(stream, known);
      proven = true;
    }
  }

  #decide(state: S, batch: readonly Waiting<C, R>[]): { changes: K[]; results: R[] } {
    const changes: K[] = [];
    const results: R[] = [];
    let draft = this.book.draft(state);
    for (const { command } of batch) {
      const decision = this.book.decide(draft, command);
      draft = this.book.apply(draft, decision.changes);
      changes.push(...decision.changes);
      results.push(decision.result);
    }
    return { changes, results };
  }

  /** `behind`: what somebody else wrote first, folded. `unclear`: somebody did, or may have: look again. */
  async #append(
    stream: string,
    known: Folded<S>,
    { changes, tenantId }: { changes: readonly K[]; tenantId: string },
  ): Promise<{ kind: 'written' | 'behind'; folded: Folded<S> } | { kind: 'unclear' }> {
    const { book } = this;
    const { store, instance, now, snapshots, newId = randomUUID } = this.parts;
    const time = book.timeOf(known.state);
    const wall = now();
    const event = book.eventOf(stream, { tenantId, at: wall > time ? wall : time, changes });
    const batchId = newId();
    const metadata: EventMetadata = {
      tenantId,
      correlationId: stream,
      causationId: batchId,
      recordedAt: wall,
      recordedBy: instance,
      schemaVersion: 1,
    };
    try {
      const { revision: expectedRevision } = known;
      const result = await store.append({ stream, expectedRevision, commandId: batchId, events: [event], metadata });
      if (result.kind === 'conflict') {
        return result.since ? { kind: 'behind', folded: this.#foldedOn(known, result.since) } : { kind: 'unclear' };
      }
      const folded = { state: book.fold.evolve(known.state, event), revision: result.revision };
      snapshots?.save(stream, folded);
      return { kind: 'written', folded };
    } catch (error) {
      if (error instanceof AppendOutcomeUnknownError) return { kind: 'unclear' };
      throw error;
    }
  }

  async #load(stream: string): Promise<Folded<S>> {
    const snapshot = await this.parts.snapshots?.load(stream);
    return this.#readOn(stream, snapshot ?? { state: this.book.fold.empty, revision: 'no_stream' });
  }

  /** What others appended since. */
  async #readOn(stream: string, known: Folded<S>): Promise<Folded<S>> {
    const from = known.revision === 'no_stream' ? {} : { fromRevision: known.revision + 1n };
    const read = await this.parts.store.readStream(stream, from);
    if (read.kind === 'missing') return { state: this.book.fold.empty, revision: 'no_stream' };
    return { ...this.#foldedOn(known, read.events), revision: read.revision };
  }

  #foldedOn({ state, revision }: Folded<S>, events: readonly RecordedEvent[]): Folded<S> {
    const { fold } = this.book;
    const folded = events.reduce((s, { type, data }) => fold.evolve(s, { type, data } as E), state);
    return { state: folded, revision: events.at(-1)?.revision ?? revision };
  }
}
