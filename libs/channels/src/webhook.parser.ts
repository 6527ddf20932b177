import type { Channel, ProviderFact } from '@homing/contracts';

/** One fact out of a webhook and what it names of ours; an allow-list like {@link ProviderFact} itself. */
export interface ParsedFact extends ProviderFact {
  readonly deliveryId?: string;
  readonly attempt?: number;
  readonly tenantId?: string;
  /** SHA-256 (hex) of the raw element. */
  readonly payloadDigest: string;
}

/** A part of a webhook that could not be read: where it stood and what was wrong. */
export interface ParseFault {
  /** Position in the posted array; -1 for the body as a whole. */
  readonly index: number;
  readonly code: string;
  /** As it came: personal. For sealing, never for a log. */
  readonly raw: string;
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

/** What is there before the body is read. */
export type WebhookHead = Pick<WebhookRequest, 'headers' | 'now'>;

export type Verification = { readonly kind: 'valid' } | { readonly kind: 'invalid'; readonly reason: string };

/** Hears one provider. No method throws, whatever arrives. */
export interface WebhookParser {
  readonly provider: string;
  readonly channel: Channel;
  /** Whether a body with these headers could be valid; what this refuses, `verify` refuses, so the body need not be read. */
  verifyHead(head: WebhookHead): Verification;
  verify(request: WebhookRequest): Verification;
  /** Good parts become facts, bad ones faults; one never spoils the other. */
  parse(rawBody: Uint8Array): { readonly facts: readonly ParsedFact[]; readonly faults: readonly ParseFault[] };
}
