import type { SystemQueries } from '@homing/read-model';
import type { WakeRound } from './wake.round.js';

export interface QuietParts {
  readonly readModel: Pick<SystemQueries, 'dueEntries'>;
  readonly wake: () => Promise<WakeRound>;
  readonly now: () => Date;
}

/**
 * A round of waking that, after one which found nothing, asks first whether anything is due at all: an idle system costs one small
 * query a round. True when more was due than one round takes.
 */
export function quietRound({ readModel, wake, now }: QuietParts): () => Promise<boolean> {
  let quiet = false;
  return async () => {
    const nothingDue = async () => (await readModel.dueEntries({ now: now().toISOString(), limit: 1 })).length === 0;
    if (quiet && (await nothingDue())) return false;
    quiet = false;
    const { more, ...done } = await wake();
    quiet = !more && Object.values(done).every((count) => count === 0);
    return more;
  };
}
