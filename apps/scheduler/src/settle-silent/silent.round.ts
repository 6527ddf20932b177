import { SILENCE_HOURS } from '@homing/domain';
import type { SilentOutreach, SystemQueries } from '@homing/read-model';

export interface SilentParts {
  readonly readModel: Pick<SystemQueries, 'silentOutreach'>;
  /** Resolves when the orchestrator has been told, durably, to look at each. */
  readonly follow: (outreach: readonly SilentOutreach[]) => Promise<void>;
  readonly now: () => Date;
}

/** Outreach one round takes. */
const ROUND_SIZE = 500;
const HOUR_MS = 3_600_000;
/** How far back it looks beyond the silence: a scheduler that was away for long still finds them. */
const LOOK_BACK_HOURS = 30 * 24;

/**
 * Has the orchestrator settle messages that providers took and then said nothing more of for `SILENCE_HOURS`: a lost webhook must not
 * keep an outreach open for ever. Whether it is time is decided there, by the stream. True: there may be more.
 */
export async function settleSilent({ readModel, follow, now }: SilentParts): Promise<boolean> {
  const silent = now().getTime() - SILENCE_HOURS * HOUR_MS;
  const found = await readModel.silentOutreach({
    before: new Date(silent).toISOString(),
    since: new Date(silent - LOOK_BACK_HOURS * HOUR_MS).toISOString(),
    limit: ROUND_SIZE,
  });
  if (found.length > 0) await follow(found);
  return false;
}
