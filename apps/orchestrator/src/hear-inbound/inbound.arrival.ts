import type { ProviderInbound } from '@homing/contracts';
import type { Arrived } from '../match-signals/message.matcher.js';
import { causeOf } from './inbound.fact.js';

/** What the projection has to come to before anybody can tell what a message is about. */
export const arrivedOf = (message: ProviderInbound): Arrived => ({
  ...{ provider: message.provider, providerEventId: causeOf(message), fact: 'other', receivedAt: message.receivedAt },
});
