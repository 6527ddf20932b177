import type { BatchKeeper } from '@homing/vault/batch';
import { BatchExpansion, type ExpansionParts } from './batch.expansion.js';
import type { Turns } from './turn.policy.js';

export interface ExpandParts extends ExpansionParts {
  readonly batches: ExpansionParts['batches'] & Pick<BatchKeeper, 'listOpen' | 'countUnderWay'>;
  /** Items of batches that may be under way at once, from their hand-over to their decision; passed by less than one chunk. */
  readonly windowSize: number;
  /** Kept from round to round. */
  readonly turns: Turns;
}

export interface ExpandRound {
  /** Items that were put on their way. */
  readonly expanded: number;
  /** True: there is more to do at once. */
  readonly more: boolean;
}

/** Open batches one round looks at. */
const MOST_BATCHES = 500;

/**
 * Hands over what accepted batches hold: a bounded window of items, tenants and their batches in turns. What was cancelled needs no room.
 * A batch that fails holds up no other.
 * @throws the first failure, when all the others had their turn
 */
export async function expandBatches(parts: ExpandParts): Promise<ExpandRound> {
  const open = await parts.batches.listOpen(MOST_BATCHES);
  parts.turns.keepOnly(open);
  if (open.length === 0) return { expanded: 0, more: false };
  const all = open.map((batch) => new BatchExpansion(parts, batch));
  const failures: unknown[] = [];
  const cancelled = all.filter((each) => each.cancelled);
  await inTurns(parts.turns, cancelled, { room: Infinity, failures });
  const room = parts.windowSize - (await parts.batches.countUnderWay(parts.windowSize));
  const going = all.filter((each) => !each.cancelled);
  const expanded = await inTurns(parts.turns, going, { room, failures });
  if (failures.length > 0) throw failures[0];
  return { expanded, more: expanded > 0 };
}

async function inTurns(
  turns: Turns,
  expansions: readonly BatchExpansion[],
  { room, failures }: { room: number; failures: unknown[] },
): Promise<number> {
  const waiting = new Set(expansions);
  let done = 0;
  while (done < room) {
    const next = turns.next([...waiting]);
    if (!next) break;
    turns.served(next);
    try {
      const stepped = await next.step();
      if (stepped === undefined) waiting.delete(next);
      done += stepped ?? 0;
    } catch (error) {
      failures.push(error);
      waiting.delete(next);
    }
  }
  return done;
}
