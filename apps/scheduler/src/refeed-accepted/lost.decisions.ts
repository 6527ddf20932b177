import type { RestoreConfirmed } from '@homing/contracts';
import type { SystemQueries } from '@homing/read-model';
import type { VaultIntake } from '@homing/vault/intake';

export interface LostParts {
  readonly vault: Pick<VaultIntake, 'listFed' | 'markLost'>;
  readonly readModel: Pick<SystemQueries, 'foldedStates' | 'progress'>;
  /** What an operator confirmed last of a restore. */
  readonly restore: () => RestoreConfirmed | undefined;
}

export interface LostRound {
  /** Requests that are to be fed again. */
  readonly found: number;
  /** True when there is more to look at. */
  readonly more: boolean;
}

/** Requests one round looks at. */
const ROUND_SIZE = 200;

/**
 * After a confirmed restore of the event store: accepted requests that the vault takes for decided and of which the store knows
 * nothing are fed again, so that they are decided and accounted for. Looks once through all of them, when the rows are those of the
 * restored store. One that is fed although its stream is there is adopted.
 */
export class LostDecisions {
  #generation = 0;
  #afterId: string | undefined;

  constructor(private readonly parts: LostParts) {}

  async look(): Promise<LostRound> {
    const restore = this.parts.restore();
    if (!restore || restore.generation <= this.#generation || !(await this.#rowsAreOf(restore))) return NOTHING;
    const { vault, readModel } = this.parts;
    const query = { acceptedBefore: restore.dueBefore, afterId: this.#afterId, limit: ROUND_SIZE };
    const ids = await vault.listFed(query);
    const known = new Set((await readModel.foldedStates(ids)).map((row) => row.outreachId));
    const found = await vault.markLost(ids.filter((id) => !known.has(id)));
    const more = ids.length === ROUND_SIZE;
    this.#afterId = more ? ids.at(-1) : undefined;
    if (!more) this.#generation = restore.generation;
    return { found, more };
  }

  /** Complete since the restore was confirmed. */
  async #rowsAreOf({ confirmedAt }: RestoreConfirmed): Promise<boolean> {
    const rows = (await this.parts.readModel.progress()).find(({ name }) => name === 'read-model');
    return rows?.trouble === null && rows.caughtUpAt !== null && Date.parse(rows.caughtUpAt) > Date.parse(confirmedAt);
  }
}

const NOTHING: LostRound = { found: 0, more: false };
