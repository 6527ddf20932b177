import type { InboundItem, ProviderInbound } from '@homing/contracts';
import { RetryLaterError } from '@homing/messaging';
import type { Standing } from '../match-signals/message.matcher.js';
import { arrivedOf } from './inbound.arrival.js';
import { knownSenders } from './inbound.origin.js';
import type { InboundParts } from './inbound.parts.js';

const LOOK_AGAIN_MS = 300;

/**
 * To be called before anything is done that only the projection can tell: what would be found now might be an earlier message, or
 * nothing. True: it waits for the projection where no bus can drop it, and is settled by the round that follows ({@link ParkedRound}).
 *
 * @throws RetryLaterError while the projection may come up in time
 */
export async function isParked(
  parts: InboundParts,
  { message, item }: { readonly message: ProviderInbound; readonly item: InboundItem },
  standing: Standing,
): Promise<boolean> {
  if (standing.kind === 'passed') return false;
  if (standing.kind === 'behind') throw new RetryLaterError(LOOK_AGAIN_MS);
  const { owners: senders } = await knownSenders(parts, item, message.tenantId);
  await parts.park.park({ message, senders, position: standing.position }, parts.now());
  parts.projection.forget(arrivedOf(message));
  return true;
}
