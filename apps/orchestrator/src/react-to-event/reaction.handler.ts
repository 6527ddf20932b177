import type { OutreachTransition } from '@homing/contracts';
import type { OutreachState } from '@homing/domain';
import type { Folded } from '@homing/event-store';
import { readOutreach } from '@homing/event-store/outreach';
import type { ContactKeeper } from '../suppress-contact/contact.keeper.js';
import { refusedAddressesOf } from '../suppress-contact/refused.addresses.js';
import { followOutreach, type FollowParts } from '../follow-outreach/outreach.follower.js';

export interface ReactParts extends FollowParts {
  readonly foldedStates: (outreachIds: readonly string[]) => Promise<ReadonlyMap<string, Folded<OutreachState>>>;
}

export interface TransitionParts extends ReactParts {
  readonly contacts: Pick<ContactKeeper, 'record'>;
}

/** Follows one transition with what it calls for (a retry, a failure, the settling, the books). Repeating it is harmless. */
export async function reactTo(parts: TransitionParts, transition: OutreachTransition): Promise<void> {
  const { outreachId, tenantId, position, revision } = transition;
  const projected = (await parts.foldedStates([outreachId])).get(outreachId);
  const fresh = projected && projected.revision !== 'no_stream' && projected.revision >= BigInt(revision);
  const known = fresh ? projected : await readOutreach(parts.store, outreachId);
  // Before anything follows: whoever dies in between is repeated, and an address is told the same once.
  await Promise.all(refusedAddressesOf(known.state, parts.now()).map((word) => parts.contacts.record(word)));
  await followOutreach(parts, { outreachId, tenantId, known, causationId: position });
}
