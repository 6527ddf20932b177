import type { Channel } from '../channel.js';

/** What a message is for. `transactional` is what `messageType` says of itself; everything else is marketing. */
export const CONSENT_PURPOSES = ['marketing', 'transactional'] as const;
export type ConsentPurpose = (typeof CONSENT_PURPOSES)[number];

/** How a person said it. `api`: a system of the tenant's that holds the proof. */
export const CONSENT_SOURCES = ['form', 'keyword', 'import', 'api', 'conversation'] as const;
export type ConsentSource = (typeof CONSENT_SOURCES)[number];

/** For which messages by a channel consent is required: all, all but transactional ones, or none. */
export const CONSENT_DEMANDS = ['always', 'marketing', 'never'] as const;
export type ConsentDemand = (typeof CONSENT_DEMANDS)[number];

interface ConsentWordData {
  readonly tenantId: string;
  /** Keyed hash of the address within the tenant. */
  readonly fingerprint: string;
  /** Of the register's entry: the same for the same word, whoever brings it and however often. */
  readonly consentId: string;
  /** The word counts for this channel and this purpose alone. */
  readonly channel: Channel;
  readonly purpose: ConsentPurpose;
  readonly source: ConsentSource;
  /** When the person said it: of two words the later one counts. */
  readonly at: string;
  /** The message or command that brought it. */
  readonly causationId: string;
  /** The key or service that recorded it. */
  readonly by?: string;
}

/** A person allows messages for one purpose by one channel to one address. */
export interface ConsentGranted extends ConsentWordData {
  /** Where the proof is kept: a reference, never the proof itself. */
  readonly evidence: string;
  /** A reference to the wording that was agreed to. */
  readonly wording?: string;
  /** Absent: until it is withdrawn. */
  readonly validUntil?: string;
}

/** A person allows it no more. */
export interface ConsentWithdrawn extends ConsentWordData {
  readonly evidence?: string;
}
