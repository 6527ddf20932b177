import { repairConsents, type ConsentRepairParts } from './consent.repair.js';
import { repairSuppressions, type RepairParts } from './suppression.repair.js';

export type RepairRoundParts = RepairParts &
  ConsentRepairParts & {
    /** Another text once the vault may have been put back from a backup. */
    readonly incarnation: () => Promise<string>;
  };

/**
 * A round that brings what the gate reads up to the streams: who is held back, then who allows what. It does so when it is first run, every
 * so many milliseconds, and at once when another vault answers than the one that was repaired. What failed is tried with the next round.
 */
export function repairRound(parts: RepairRoundParts, everyMs: number): () => Promise<boolean> {
  let last = { at: Number.NEGATIVE_INFINITY, incarnation: '' };
  return async () => {
    const incarnation = await parts.incarnation();
    if (incarnation === last.incarnation && performance.now() - last.at < everyMs) return false;
    await repairSuppressions(parts);
    await repairConsents(parts);
    last = { at: performance.now(), incarnation };
    return false;
  };
}
