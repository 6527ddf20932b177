import type { Channel } from '../channel.js';
import type { CloudEvent } from './cloud-event.js';

/**
 * - `opt_out`, `opt_in`: the wish to hear no more, or again
 * - `reply`: somebody answers what we sent
 * - `help`: a text message that asks for help in one word
 * - `automatic`: written by a machine
 * - `other`: answers nothing we sent
 */
export const INBOUND_CLASSES = ['opt_out', 'opt_in', 'reply', 'help', 'automatic', 'other'] as const;
export type InboundClass = (typeof INBOUND_CLASSES)[number];

/** Somebody wrote to a tenant; what they wrote stands in its inbox alone. */
export const INBOUND_RECEIVED = 'event.inbound.received';

/** `event.inbound.received`: no text, no address. */
export interface InboundReceived {
  readonly inboundId: string;
  readonly tenantId: string;
  readonly channel: Channel;
  readonly provider: string;
  readonly class: InboundClass;
  /** What it answers, where that is known. */
  readonly outreachId?: string;
  readonly deliveryId?: string;
  /** ISO 8601: as the provider says, and when ingestion verified it. */
  readonly occurredAt: string;
  readonly receivedAt: string;
}

/** @param source who publishes it, as a CloudEvents source */
export function inboundReceivedMessage(data: InboundReceived, source: string) {
  const { inboundId, tenantId } = data;
  const event: CloudEvent<InboundReceived> = {
    specversion: '1.0',
    id: inboundId,
    source,
    type: INBOUND_RECEIVED,
    time: data.receivedAt,
    ...(data.outreachId === undefined ? {} : { subject: data.outreachId }),
    tenantid: tenantId,
    datacontenttype: 'application/json',
    data,
  };
  return { subject: INBOUND_RECEIVED, tenantId, key: `inbound:${inboundId}`, event };
}
