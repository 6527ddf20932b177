import type { StaleReservation, SystemQueries } from '@homing/read-model';

export interface ReclaimParts {
  readonly readModel: Pick<SystemQueries, 'staleReservations'>;
  /** Resolves when the orchestrator has been told, durably, to look at each. */
  readonly follow: (outreach: readonly StaleReservation[]) => Promise<void>;
  readonly now: () => Date;
  /** Age in milliseconds from which an open reservation is looked after. */
  readonly afterMs: number;
}

/** Outreach one round takes. */
const ROUND_SIZE = 200;

/**
 * Has the orchestrator square the books of outreach whose reservations nothing under way explains: decisions that were never
 * committed, refusals and ends whose release a crash has left out. True: there is more.
 */
export async function reclaimStale({ readModel, follow, now, afterMs }: ReclaimParts): Promise<boolean> {
  const before = new Date(now().getTime() - afterMs).toISOString();
  const stale = await readModel.staleReservations({ before, limit: ROUND_SIZE });
  if (stale.length > 0) await follow(stale);
  return false;
}
