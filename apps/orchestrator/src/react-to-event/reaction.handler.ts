import type { OutreachTransition } from '@homing/contracts';
import type { OutreachState } from '@homing/domain';
import type { Folded } from '@homing/event-store';
import { readOutreach } from '@homing/event-store/outreach';
import { followOutreach, type FollowParts } from '../follow-outreach/outreach.follower.js';

export interface ReactParts extends FollowParts {
  readonly foldedStates: (outreachIds: readonly string[]) => Promise<ReadonlyMap<string, Folded<OutreachState>>>;
}

/** Follows one transition with what it calls for (a retry, a failure, the settling, the books). Repeating it is harmless. */
export async function reactTo(parts: ReactParts, transition: OutreachTransition): Promise<void> {
  const { outreachId, tenantId, position, revision } = transition;
  const projected = (await parts.foldedStates([outreachId])).get(outreachId);
  const fresh = projected && projected.revision !== 'no_stream' && projected.revision >= BigInt(revision);
  const known = fresh ? projected : await readOutreach(parts.store, outreachId);
  await followOutreach(parts, { outreachId, tenantId, known, causationId: position });
}
