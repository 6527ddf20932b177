import type { Channel } from '../channel.js';

/** Names of the streams in the event store (DESIGN section 3). Arguments are ids of ours, never a caller's. */
export const outreachStream = (outreachId: string): string => `outreach-${outreachId}`;
export const personStream = (personId: string): string => `person-${personId}`;
export const contactStream = (fingerprint: string): string => `contact-${fingerprint}`;

/** To which outreach a conversion belongs (`ConversionEvent`); `key` is the keyed hash of its id. */
export const conversionStream = (key: string): string => `conversion-${key}`;

/** The life of one batch (`BatchEvent`). */
export const batchStream = (batchId: string): string => `batch-${batchId}`;

/** What happened to the installation as a whole (`InstallationEvent`). */
export const INSTALLATION_STREAM = 'installation';

/** The fingerprint of a contact's stream, or undefined for any other stream. */
export const fingerprintOfStream = (stream: string): string | undefined =>
  stream.startsWith('contact-') ? stream.slice('contact-'.length) : undefined;

/** The batch id of a stream name, or undefined for any other stream. */
export const batchIdOfStream = (stream: string): string | undefined =>
  stream.startsWith('batch-') ? stream.slice('batch-'.length) : undefined;

/** The outreach id of a stream name, or undefined for any other stream. */
export const outreachIdOfStream = (stream: string): string | undefined =>
  stream.startsWith('outreach-') ? stream.slice('outreach-'.length) : undefined;

/** A campaign's whole budget, or that of one day (`2026-05-01`, in the campaign's zone). */
export const budgetStream = (campaignKey: string, day?: string): string =>
  day === undefined ? `budget-${campaignKey}` : `budget-${campaignKey}.${day}`;
/** What of a campaign's budget, or of one day of it, may go to one channel. */
export const channelBudgetStream = (campaignKey: string, channel: Channel, day?: string): string =>
  budgetStream(channelKey(campaignKey, channel), day);
/** Names one channel of a campaign's, or of a tenant's. */
export const channelKey = (of: string, channel: Channel): string => `${of}_${channel}`;
/** Messages of one day under one key of ours (a campaign's, a channel's). */
export const quotaStream = (key: string, day: string): string => `quota-${key}.${day}`;

export type LedgerKind = 'person' | 'budget' | 'quota';
/** Which book a stream is, or undefined when it is none. */
export const ledgerKindOf = (stream: string): LedgerKind | undefined =>
  (['person', 'budget', 'quota'] as const).find((kind) => stream.startsWith(`${kind}-`));
