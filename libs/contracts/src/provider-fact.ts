/**
 * What a provider can tell about one attempt, in the field's terms. `other` keeps an event the parser does not know.
 * `queued` means taken by the provider, as its answer to the call says too; `sent` means handed on by the provider; `delivered` means accepted by the recipient's side.
 */
export const PROVIDER_FACT_KINDS = [
  'queued',
  'sent',
  'deferred',
  'delivered',
  'opened',
  'read',
  'clicked',
  'replied',
  'bounced',
  'undelivered',
  'failed',
  'dropped',
  'complained',
  'unsubscribed',
  'resubscribed',
  'other',
] as const;

export type ProviderFactKind = (typeof PROVIDER_FACT_KINDS)[number];

/** Codes, ids and times only: an allow-list. Never an address, an IP, a user agent, a URL or free text. */
export interface ProviderFact {
  readonly fact: ProviderFactKind;
  /** ISO 8601 instant the provider states. */
  readonly occurredAt: string;
  /** The provider's own event id, or one derived from its stable parts: the key on which a repeat takes effect once. */
  readonly providerEventId: string;
  readonly providerMessageId?: string;
  /** Bounces: `hard` never again for that address, `soft` may be retried. Failures: `hard` not again as it stands (outside a window, a template's fault). */
  readonly subtype?: 'hard' | 'soft';
  /** Short code from a fixed list (`mailbox_unavailable`, `smtp_550`), never the provider's prose. */
  readonly code?: string;
  /** An open or click made by a machine (privacy proxy, link scanner): kept, but never branched on or counted. */
  readonly machine?: boolean;
  /** The provider's name of an event kept as `other`. */
  readonly unknownEvent?: string;
}
