import type { ParsedFact } from '@homing/channels';
import { signalSubject, type Channel, type ProviderSignal } from '@homing/contracts';
import { cloudEvent, type Outgoing } from '@homing/messaging';

/** Stands for the tenant of facts whose message named none; whoever records them finds it by the provider's message id. */
export const UNNAMED_TENANT = '-';

export interface Heard {
  readonly provider: string;
  readonly channel: Channel;
  /** ISO 8601 UTC. */
  readonly receivedAt: string;
}

/** One fact as it travels on the bus. Its key makes a repeat by the provider the same message. */
export function signalMessage(fact: ParsedFact, { provider, channel, receivedAt }: Heard): Outgoing {
  const data: ProviderSignal = { ...fact, provider, channel, receivedAt };
  const subject = signalSubject(provider);
  const key = `${provider}:${fact.providerEventId}`;
  const { tenantId, deliveryId } = fact;
  return {
    subject,
    tenantId: tenantId ?? UNNAMED_TENANT,
    key,
    event: cloudEvent({
      id: key,
      source: 'homing/webhook-ingestion',
      type: subject,
      time: fact.occurredAt,
      ...(deliveryId ? { subject: deliveryId } : {}),
      ...(tenantId ? { tenantid: tenantId } : {}),
      data,
    }),
  };
}
