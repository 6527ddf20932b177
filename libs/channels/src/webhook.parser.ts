/** What a provider can say about a message, in our words. `other` keeps events we do not know yet. */
export const FACT_KINDS = [
  'sent',
  'deferred',
  'delivered',
  'opened',
  'clicked',
  'bounced',
  'dropped',
  'complained',
  'unsubscribed',
  'resubscribed',
  'other',
] as const;

export type FactKind = (typeof FACT_KINDS)[number];

/**
 * One fact out of a webhook, cut down to an allow-list: ids, times and codes of our own lists. Never an address,
 * an IP, a user agent, a URL or a provider's sentence.
 */
export interface ParsedFact {
  readonly fact: FactKind;
  /** ISO 8601 UTC instant at which the provider says it happened. */
  readonly occurredAt: string;
  /** Stable over the provider's re-deliveries: the dedup key. */
  readonly providerEventId: string;
  /** As `send` returned it. Absent where the provider leaves it out (asynchronous bounces). */
  readonly providerMessageId?: string;
  readonly deliveryId?: string;
  readonly attempt?: number;
  readonly tenantId?: string;
  /** Of a bounce: `hard` closes the address, `soft` does not. */
  readonly subtype?: 'hard' | 'soft';
  readonly code?: string;
  /** Opened or clicked by a machine (privacy proxy, scanner), not by a person. */
  readonly machine?: boolean;
  /** Unsubscribed from or resubscribed to one group only. */
  readonly scope?: 'group';
  /** With fact `other`: the provider's event name. */
  readonly unknownEvent?: string;
}

/** A part of a webhook that could not be read: where it stood and what was wrong, never what it said. */
export interface ParseFault {
  /** Position in the posted array; -1 for the body as a whole. */
  readonly index: number;
  readonly code: string;
}

export interface WebhookRequest {
  /** As they arrived; names are matched without regard to case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The bytes as they came: signatures cover them, not their meaning. */
  readonly rawBody: Uint8Array;
  /** Verification keys in force, several while one is being rotated. None: everything is invalid. */
  readonly keys: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export type Verification = { readonly kind: 'valid' } | { readonly kind: 'invalid'; readonly reason: string };

/** Hears one provider. Neither method throws, whatever arrives. */
export interface WebhookParser {
  readonly provider: string;
  verify(request: WebhookRequest): Verification;
  /** Good parts become facts, bad ones faults; one never spoils the other. */
  parse(rawBody: Uint8Array): { readonly facts: readonly ParsedFact[]; readonly faults: readonly ParseFault[] };
}
