import type { BalanceEvent } from '@homing/contracts';
import { emptyBalance, evolveBalance } from '@homing/domain';
import { connectEventStore } from '@homing/event-store';
import type { BudgetResult } from './budget.job.js';

/** How a budget must stand after what its owners were answered. */
export interface BudgetStanding {
  readonly reserved: number;
  readonly spent: number;
  /** Reservations ever made. */
  readonly serial: number;
  readonly open: number;
}

export function standingOf(results: readonly BudgetResult[]): BudgetStanding {
  const sum = (of: (result: BudgetResult) => number): number => results.reduce((all, result) => all + of(result), 0);
  return {
    reserved: sum(({ booked, settled, released }) => booked.micros - settled.micros - released.micros),
    spent: sum(({ settled }) => settled.charged),
    serial: sum(({ booked }) => booked.count),
    open: sum(({ booked, settled, released }) => booked.count - settled.count - released.count),
  };
}

/** @throws Error when the stream, read anew, says anything else than its owners were answered */
export async function proveBudget(url: string, stream: string, results: readonly BudgetResult[]): Promise<void> {
  const store = connectEventStore({ url });
  try {
    const read = await store.readStream(stream);
    const events = read.kind === 'missing' ? [] : (read.events as unknown as BalanceEvent[]);
    const { reserved, spent, serial, open } = events.reduce(evolveBalance, emptyBalance);
    const found = JSON.stringify({ reserved, spent, serial, open: Object.keys(open).length });
    const wanted = JSON.stringify(standingOf(results));
    if (found !== wanted) throw new Error(`the budget's stream says ${found}, its owners were answered ${wanted}`);
  } finally {
    await store.dispose();
  }
}
