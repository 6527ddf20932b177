import type { InboundItem, ProviderFactKind, ProviderInbound, ProviderSignal } from '@homing/contracts';
import type { Answered } from './inbound.origin.js';

/** What a message or a receipt says of one attempt, as a provider's fact. */
export const factSignal = (
  message: ProviderInbound,
  item: InboundItem,
  { fact, answered, occurredAt }: { fact: ProviderFactKind; answered: Answered; occurredAt: string },
): ProviderSignal => ({
  fact,
  occurredAt,
  providerEventId: `${causeOf(message)}:${answered.deliveryId}`,
  provider: message.provider,
  channel: message.channel,
  tenantId: answered.tenantId,
  deliveryId: answered.deliveryId,
  attempt: answered.attempt,
  receivedAt: message.receivedAt,
  payloadDigest: item.payloadDigest,
});

/** Names what was heard without saying who it was: the provider's own id may be somebody's name. */
export const causeOf = ({ eventDigest }: ProviderInbound): string => `inbound:${eventDigest}`;
