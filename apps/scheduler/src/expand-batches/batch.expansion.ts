import { type BatchPlace, acceptedRef, OUTREACH_COMMAND, OUTREACH_REQUESTED } from '@homing/contracts';
import { type BatchCommand, type BatchState, nextOfBatch } from '@homing/domain';
import type { EventStore, Folded } from '@homing/event-store';
import { changeBatch, readBatch } from '@homing/event-store/batch';
import { cloudEvent, type Outgoing } from '@homing/messaging';
import { crashPoint } from '@homing/service-kit';
import type { BatchKeeper, ChunkRange, OpenBatch } from '@homing/vault/batch';

export interface ExpansionParts {
  readonly batches: Pick<BatchKeeper, 'release' | 'withhold' | 'close'>;
  readonly store: Pick<EventStore, 'append' | 'readStream'>;
  readonly publish: (messages: readonly Outgoing[]) => Promise<void>;
  readonly now: () => Date;
  readonly instance: string;
}

/**
 * One batch, chunk after chunk. Every step of a chunk can be repeated: its items are released in the vault (from then on the sweeper
 * feeds what is lost), named on the bus, recorded on the batch's stream. Whoever takes over goes on with the first chunk that is not
 * recorded; what it names twice is the same outreach.
 */
export class BatchExpansion {
  #known: Folded<BatchState> | undefined;

  constructor(
    private readonly parts: ExpansionParts,
    private readonly batch: OpenBatch,
  ) {}

  get batchId(): string {
    return this.batch.batchId;
  }
  get tenantId(): string {
    return this.batch.tenantId;
  }
  get cancelled(): boolean {
    return this.batch.cancelledBy !== undefined;
  }

  /** Does the next chunk: how many items it put on their way. Undefined: nothing was left, and the batch is closed. */
  async step(): Promise<number | undefined> {
    this.#known ??= await this.#begin();
    const next = nextOfBatch(this.#known.state);
    if (!next) {
      await this.parts.batches.close(this.batch);
      return undefined;
    }
    return next.kind === 'expand' ? this.#expand(next.chunk) : this.#cancel(next.chunk);
  }

  /** The stream of what the vault accepted and, where that was asked for, the end of it. */
  async #begin(): Promise<Folded<BatchState>> {
    const { batchId, tenantId, items, accepted, refused, chunkSize, receivedAt, acceptedAt, cancelledBy } = this.batch;
    let known = await readBatch(this.parts.store, batchId);
    if (known.state.status === 'none') {
      const counts = { items, accepted, refused, chunkSize, chunks: Math.ceil(items / chunkSize) };
      known = await this.#change(known, { kind: 'accept', batchId, tenantId, ...counts, receivedAt, acceptedAt });
    }
    if (cancelledBy === undefined) return known;
    return this.#change(known, { kind: 'cancel', by: cancelledBy, now: this.#now() });
  }

  async #expand(chunk: number): Promise<number> {
    const released = await this.parts.batches.release(this.#range(chunk));
    crashPoint('scheduler.after-batch-release');
    const unfed = released.filter(({ fed }) => !fed);
    await this.#publish(unfed.map((place) => this.#requested(place)));
    crashPoint('scheduler.after-batch-publish');
    const items = released.map(({ index, outreachId }) => ({ index, outreachId }));
    this.#known = await this.#change(this.#known, { kind: 'expand', chunk, items, now: this.#now() });
    crashPoint('scheduler.after-batch-record');
    return unfed.length;
  }

  async #cancel(chunk: number): Promise<number> {
    const { withheld, released } = await this.parts.batches.withhold(this.#range(chunk));
    await this.#publish(released.map((place) => this.#cancellation(place)));
    crashPoint('scheduler.after-batch-cancel');
    const command = { kind: 'cancel-chunk', chunk, withheld, items: released, now: this.#now() } as const;
    this.#known = await this.#change(this.#known, command);
    return 0;
  }

  #change(known: Folded<BatchState> | undefined, command: BatchCommand): Promise<Folded<BatchState>> {
    const { batchId, tenantId } = this.batch;
    const { store, instance: recordedBy } = this.parts;
    return changeBatch(store, { batchId, tenantId, command, known, now: this.#now(), recordedBy });
  }

  async #publish(messages: readonly Outgoing[]): Promise<void> {
    if (messages.length > 0) await this.parts.publish(messages);
  }

  #range(chunk: number): ChunkRange {
    const { batchId, chunkSize } = this.batch;
    return { batchId, from: chunk * chunkSize, to: (chunk + 1) * chunkSize };
  }

  #requested({ outreachId }: BatchPlace): Outgoing {
    const { tenantId } = this.batch;
    const of = { id: outreachId, source: 'homing/scheduler', type: OUTREACH_REQUESTED, time: this.#now() };
    return {
      ...{ subject: OUTREACH_REQUESTED, tenantId, key: outreachId },
      event: cloudEvent({ ...of, tenantid: tenantId, dataref: acceptedRef(outreachId) }),
    };
  }

  #cancellation({ outreachId }: BatchPlace): Outgoing {
    const { tenantId, batchId, cancelledBy: by = '' } = this.batch;
    const id = `cancel:${batchId}:${outreachId}`;
    const of = { id, source: 'homing/scheduler', type: OUTREACH_COMMAND, time: this.#now() };
    const data = { kind: 'cancel', tenantId, outreachId, by };
    return {
      ...{ subject: OUTREACH_COMMAND, tenantId, key: id },
      event: cloudEvent({ ...of, tenantid: tenantId, data }),
    };
  }

  #now(): string {
    return this.parts.now().toISOString();
  }
}
