import { SILENCE_HOURS } from '@homing/domain';
import type { SilentOutreach, SystemQueries } from '@homing/read-model';

export interface SilentParts {
  readonly readModel: Pick<SystemQueries, 'silentOutreach'>;
  /** Resolves when the orchestrator has been told, durably, to look at each. */
  readonly follow: (outreach: readonly Pick<SilentOutreach, 'outreachId' | 'tenantId'>[]) => Promise<void>;
  readonly now: () => Date;
}

/** Outreach followed at one time. */
const PAGE = 500;
/** A chain or another channel may keep as many open that come first: the rest is looked at all the same. */
const PAGES = 200;
const HOUR_MS = 3_600_000;
/** How far back it looks beyond the silence: a scheduler that was away for long still finds them. */
const LOOK_BACK_HOURS = 30 * 24;

/**
 * Has the orchestrator settle messages that providers took and then said nothing more of for `SILENCE_HOURS`: a lost webhook must not
 * keep an outreach open for ever. Whether it is time is decided there, by the stream.
 */
export async function settleSilent({ readModel, follow, now }: SilentParts): Promise<false> {
  const silent = now().getTime() - SILENCE_HOURS * HOUR_MS;
  const range = {
    before: new Date(silent).toISOString(),
    since: new Date(silent - LOOK_BACK_HOURS * HOUR_MS).toISOString(),
    limit: PAGE,
  };
  let last: SilentOutreach | undefined;
  for (let page = 0; page < PAGES; page += 1) {
    const found = await readModel.silentOutreach(last ? { ...range, after: last } : range);
    if (found.length > 0) await follow(found.map(({ outreachId, tenantId }) => ({ outreachId, tenantId })));
    if (found.length < PAGE) break;
    last = found.at(-1);
  }
  return false;
}
