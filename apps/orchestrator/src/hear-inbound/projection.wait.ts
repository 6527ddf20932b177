import type { ProviderInbound } from '@homing/contracts';
import { RetryLaterError } from '@homing/messaging';
import type { Arrived } from '../match-signals/message.matcher.js';
import { causeOf } from './inbound.fact.js';
import type { InboundParts } from './inbound.parts.js';

const LOOK_AGAIN_MS = 300;

/**
 * Whether everything that was sent before a message arrived is projected by now; also true when it has been waited for too long. To be
 * asked before looking for what the message is about.
 */
export async function isProjected(
  { projection }: Pick<InboundParts, 'projection'>,
  message: ProviderInbound,
): Promise<boolean> {
  const arrived = arrivedOf(message);
  if (await projection.hasPassed(arrived)) return true;
  await projection.awaitProjection([arrived]);
  return projection.hasPassed(arrived);
}

/** @throws RetryLaterError where it is not: what would be found might be an earlier one, or nothing */
export function requireProjected(isProjectedNow: boolean): void {
  if (!isProjectedNow) throw new RetryLaterError(LOOK_AGAIN_MS);
}

export const arrivedOf = (message: ProviderInbound): Arrived => ({
  ...{ provider: message.provider, providerEventId: causeOf(message), fact: 'other', receivedAt: message.receivedAt },
});
