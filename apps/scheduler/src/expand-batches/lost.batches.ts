import type { RestoreConfirmed } from '@homing/contracts';
import type { BatchKeeper } from '@homing/vault/batch';

export interface LostBatchesParts {
  readonly batches: Pick<BatchKeeper, 'reopen'>;
  /** What an operator confirmed last of a restore. */
  readonly restore: () => RestoreConfirmed | undefined;
}

/**
 * After a confirmed restore of the event store every batch that was closed before it is looked at once more: what its stream lost is
 * written again from the vault, and what was decided is not put on its way again.
 */
export class LostBatches {
  #generation = 0;

  constructor(private readonly parts: LostBatchesParts) {}

  /** How many batches are looked at again. */
  async look(): Promise<number> {
    const restore = this.parts.restore();
    if (!restore || restore.generation <= this.#generation) return 0;
    const reopened = await this.parts.batches.reopen(restore.confirmedAt);
    this.#generation = restore.generation;
    return reopened;
  }
}
