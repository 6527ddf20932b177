import { repairConsents, type ConsentRepairParts } from './consent.repair.js';
import { repairSuppressions, type RepairParts } from './suppression.repair.js';

/**
 * A round that brings what the gate reads up to the streams once every so many milliseconds: who is held back, then who allows what.
 * What failed is tried with the next round.
 */
export function repairRound(parts: RepairParts & ConsentRepairParts, everyMs: number): () => Promise<boolean> {
  let doneAt = Number.NEGATIVE_INFINITY;
  return async () => {
    if (performance.now() - doneAt < everyMs) return false;
    await repairSuppressions(parts);
    await repairConsents(parts);
    doneAt = performance.now();
    return false;
  };
}
