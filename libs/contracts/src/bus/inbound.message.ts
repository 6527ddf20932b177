import { isChannel, type Channel } from '../channel.js';
import type { CloudEvent } from './cloud-event.js';
import { UNNAMED_TENANT } from './signal.message.js';
import { inboundSubject } from './subjects.js';

/**
 * Something a person did that names no message of ours by itself: wrote to us, or read everything up to an instant. Or, as `alias`, that
 * somebody is reached under another address than we wrote to. PERSONAL: it leaves ingestion sealed or not at all.
 */
export interface InboundItem {
  readonly kind: 'message' | 'receipt' | 'alias';
  readonly provider: string;
  readonly channel: Channel;
  /** The key on which a repeat takes effect once. */
  readonly providerEventId: string;
  /** ISO 8601. */
  readonly occurredAt: string;
  /** Who, in the channel's own address form, normalised as at intake (E.164, lower-case address, provider's user id). */
  readonly from: string;
  /** Our own end: address, number, page or account. */
  readonly to: string;
  readonly subject?: string;
  /** Without what is quoted, where the provider can tell. Ingestion hands on the first {@link MOST_INBOUND_TEXT} characters. */
  readonly text?: string;
  /** The provider's id of the message of ours that is answered (or our Message-ID), where it is named. */
  readonly inReplyTo?: string;
  /** What it answers, by the address it came to, which we signed. No parser sets this: ingestion does, with its keys. */
  readonly answers?: { readonly deliveryId: string; readonly attempt: number };
  /** Of an email: whoever took it in vouches that it is from the domain it says it is from. Absent: nobody does. */
  readonly authentic?: true;
  /** The provider took it for one of these itself. */
  readonly keyword?: 'stop' | 'start' | 'help';
  /** Written by a machine: out of office, bounce, list. Not a reply. */
  readonly automatic?: boolean;
  /** Of a receipt: what happened to everything sent until then. */
  readonly receipt?: { readonly fact: 'delivered' | 'read'; readonly until: string };
  /** Of an alias: our attempt that reached `from`, though it may have been sent to another address. */
  readonly reached?: { readonly deliveryId: string; readonly attempt: number };
  readonly payloadDigest: string;
}

const KINDS: readonly unknown[] = ['message', 'receipt', 'alias'] satisfies InboundItem['kind'][];

/** Characters of a text that ingestion hands on: sealed, it must fit a message of the bus. */
export const MOST_INBOUND_TEXT = 100_000;

/**
 * `provider.inbound.<provider>`: one {@link InboundItem} of a verified webhook, sealed to the dead letters' own pair
 * (`createInboundSealer` of the vault's seal half, `createInboundOpener` of its desk). Nothing personal stands outside `sealed`.
 */
export interface ProviderInbound {
  readonly provider: string;
  readonly channel: Channel;
  readonly kind: InboundItem['kind'];
  /** SHA-256 (hex) of the provider's own event id, which may name somebody: equal for repeats. The id itself is sealed. */
  readonly eventDigest: string;
  /** ISO instant at which ingestion verified it. */
  readonly receivedAt: string;
  /** Of whom the account is that was called, where the installation keeps several. */
  readonly tenantId?: string;
  /** Base64. */
  readonly sealed: string;
}

/** One item as it travels: where, and under which tenant and key. A repeat by the provider is the same message. */
export interface InboundMessage {
  readonly subject: string;
  readonly tenantId: string;
  readonly key: string;
  readonly event: CloudEvent<ProviderInbound>;
}

/** @param source who publishes it, as a CloudEvents source */
export function inboundMessage(data: ProviderInbound, source: string): InboundMessage {
  const subject = inboundSubject(data.provider);
  const key = inboundKey(data);
  const { tenantId } = data;
  return {
    subject,
    tenantId: tenantId ?? UNNAMED_TENANT,
    key,
    event: {
      specversion: '1.0',
      id: key,
      source,
      type: subject,
      time: data.receivedAt,
      ...(tenantId ? { tenantid: tenantId } : {}),
      datacontenttype: 'application/json',
      data,
    },
  };
}

/** On which a repeat takes effect once; the seal is bound to it. */
export const inboundKey = ({ provider, eventDigest }: Pick<ProviderInbound, 'provider' | 'eventDigest'>): string =>
  `${provider}:inbound:${eventDigest}`;

/** What a message says, or undefined when it is none of these. */
export function readProviderInbound(data: unknown): ProviderInbound | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const { provider, channel, kind, eventDigest, receivedAt, tenantId, sealed } = data as Record<string, unknown>;
  const texts = [provider, eventDigest, receivedAt, sealed].every((each) => typeof each === 'string' && each !== '');
  if (!texts || !isChannel(channel) || !KINDS.includes(kind)) return undefined;
  if (tenantId !== undefined && typeof tenantId !== 'string') return undefined;
  return data as ProviderInbound;
}
