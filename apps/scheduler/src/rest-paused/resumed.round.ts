import type { ResumedWatch } from './resumed.watch.js';

export interface ResumedParts {
  readonly resumed: Pick<ResumedWatch, 'look'>;
  /** One round of waking what is due. It may meet another: two at once dispatch nothing twice. */
  readonly wake: () => Promise<unknown>;
  readonly onWoken: (woken: number) => void;
}

/** A round that wakes what resumed or stopped campaigns have waiting and has it dispatched at once: somebody waits for it. */
export const resumedRound =
  ({ resumed, wake, onWoken }: ResumedParts) =>
  async (): Promise<boolean> => {
    const woken = await resumed.look();
    if (woken === 0) return false;
    onWoken(woken);
    await wake();
    return false;
  };
