import type { Channel } from '../channel.js';
import type { CloudEvent } from './cloud-event.js';
import type { ProviderSignal } from './provider-signal.js';
import { signalSubject } from './subjects.js';

/** Stands for the tenant of facts whose message named none; whoever records them finds it by the provider's message id. */
export const UNNAMED_TENANT = '-';

export interface Heard {
  readonly provider: string;
  readonly channel: Channel;
  /** ISO 8601 UTC. */
  readonly receivedAt: string;
}

/** One fact as it travels on the bus: where, and under which tenant and key. A repeat by the provider is the same message. */
export interface SignalMessage {
  readonly subject: string;
  readonly tenantId: string;
  readonly key: string;
  readonly event: CloudEvent<ProviderSignal>;
}

/** @param source who publishes it, as a CloudEvents source */
export function signalMessage(
  fact: Omit<ProviderSignal, keyof Heard>,
  { provider, channel, receivedAt }: Heard,
  source: string,
): SignalMessage {
  const subject = signalSubject(provider);
  const key = `${provider}:${fact.providerEventId}`;
  const { tenantId, deliveryId } = fact;
  return {
    subject,
    tenantId: tenantId ?? UNNAMED_TENANT,
    key,
    event: {
      specversion: '1.0',
      id: key,
      source,
      type: subject,
      time: fact.occurredAt,
      ...(deliveryId ? { subject: deliveryId } : {}),
      ...(tenantId ? { tenantid: tenantId } : {}),
      datacontenttype: 'application/json',
      data: { ...fact, provider, channel, receivedAt },
    },
  };
}
