import type { Channel } from '../channel.js';

/** JetStream streams and what they carry (DESIGN section 6). */
export const BUS_STREAMS = {
  outreach: 'OUTREACH',
  dispatch: 'DISPATCH',
  signals: 'SIGNALS',
  events: 'EVENTS',
  deadLetters: 'DEADLETTERS',
  marks: 'MARKS',
  webhookKeys: 'WEBHOOKKEYS',
  webhookSeen: 'WEBHOOKSEEN',
  webhookHealth: 'WEBHOOKHEALTH',
} as const;

export const OUTREACH_REQUESTED = 'outreach.requested';
/** Something to be done to one outreach that is there already (`OutreachCommand`). */
export const OUTREACH_COMMAND = 'outreach.command';
/** Something to be recorded of one address (`ContactCommandMessage`). */
export const CONTACT_COMMAND = 'contact.command';
/** Somebody did what an outreach was for (`ConversionReport`). */
export const CONVERSION_REPORTED = 'conversion.reported';
export const dispatchSubject = (channel: Channel): string => `delivery.dispatch.${channel}`;
export const lookUpSubject = (channel: Channel): string => `delivery.lookup.${channel}`;
export const signalSubject = (provider: string): string => `provider.signal.${provider}`;
/** What people wrote or read, sealed (`ProviderInbound`). */
export const inboundSubject = (provider: string): string => `provider.inbound.${provider}`;
/** Keys of one account that may call ingestion, sealed to it (`WebhookKeysMessage`). The last message is what is in force. */
export const webhookKeysSubject = (provider: string, account: string): string => `webhook.keys.${provider}.${account}`;
export const WEBHOOK_KEYS = 'webhook.keys.*.*';
/** What a signature that does not cover the body stood over first: provider, digest. */
export const webhookSeenSubject = (provider: string, digest: string): string => `webhook.seen.${provider}.${digest}`;
export const WEBHOOK_SEEN = 'webhook.seen.*.*';
/** What one process of ingestion has heard since it began (`WebhookHealthReport`). */
export const webhookHealthSubject = (process: string): string => `webhook.health.${process}`;
export const WEBHOOK_HEALTH = 'webhook.health.*';
export const eventSubject = (transition: string): string => `event.outreach.${transition}`;
export const deadLetterSubject = (consumer: string): string => `deadletter.${consumer}`;

/** Core NATS, at most once, never a truth: "the read model moved on", so that live feeds look again. */
export const LIVE_POKE = 'live.poke';
/** Header naming the core NATS subject on which a publisher waits for the decision. */
export const REPLY_TO_HEADER = 'Homing-Reply-To';

/** `dataref` of a request already sealed in the vault. */
export const acceptedRef = (outreachId: string): string => `vault:outreach/${outreachId}`;
const ACCEPTED_REF = /^vault:outreach\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;
/** The outreach id a `dataref` names, or undefined when it is not one of ours. */
export const outreachIdOfRef = (dataref: string): string | undefined => ACCEPTED_REF.exec(dataref)?.[1];
