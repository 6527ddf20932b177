import type { Publisher } from '@homing/messaging';
import type { ProjectionRows, SystemQueries, TakenLease } from '@homing/read-model';
import { transitionMessage, wavesOf } from './transition.message.js';

/** The checkpoint of the bus: everything up to it is stored there. */
export const PUBLICATION = 'integration-events';

/** Most events read at once. */
export const PAGE_SIZE = 500;

export interface TransitionParts {
  readonly rows: Pick<ProjectionRows, 'advanceCheckpoint'>;
  readonly queries: Pick<SystemQueries, 'eventsAfter'>;
  readonly publisher: Pick<Publisher, 'publishMany'>;
  readonly lease: TakenLease;
  /** Default `PAGE_SIZE`. */
  readonly pageSize?: number;
  /** After a page's acks, before the checkpoint. */
  readonly afterPublish?: () => void;
  /** After the checkpoint. */
  readonly afterCheckpoint?: () => void;
}

/**
 * Publishes one integration event for each row of the timeline, from a checkpoint that moves only after the bus's acks. What a
 * crash left unpublished is published by whoever comes next; what it left published but not noted is published again under the
 * same message id.
 */
export class TransitionPublisher {
  #position: bigint;

  constructor(private readonly parts: TransitionParts) {
    this.#position = parts.lease.position;
  }

  get position(): bigint {
    return this.#position;
  }

  /** Publishes the next page. Returns how many there were: 0 when everything is out. @throws what the bus or the database threw */
  async publishNext(): Promise<number> {
    const { queries, lease, pageSize: limit = PAGE_SIZE } = this.parts;
    const rows = await queries.eventsAfter({ afterPosition: this.#position, limit });
    const last = rows.at(-1);
    if (!last) return 0;
    for (const wave of wavesOf(rows)) await this.#publish(wave.map(transitionMessage));
    this.parts.afterPublish?.();
    await this.parts.rows.advanceCheckpoint(lease, { from: this.#position, to: last.position });
    this.#position = last.position;
    this.parts.afterCheckpoint?.();
    return rows.length;
  }

  async #publish(messages: Parameters<Publisher['publishMany']>[0]): Promise<void> {
    const results = await this.parts.publisher.publishMany(messages);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }
}
