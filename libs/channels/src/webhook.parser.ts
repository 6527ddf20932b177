import type { Channel, InboundItem, ProviderFact } from '@homing/contracts';

/** One fact out of a webhook and what it names of ours; an allow-list like {@link ProviderFact} itself. */
export interface ParsedFact extends ProviderFact {
  readonly deliveryId?: string;
  readonly attempt?: number;
  readonly tenantId?: string;
  /** `deliveryId` and `attempt` stood in an address that we signed: whose message it is need not be said. */
  readonly attested?: true;
  /** SHA-256 (hex) of the raw element. */
  readonly payloadDigest: string;
  /** Where one webhook serves several channels: whose fact this is. Absent: the parser's own. */
  readonly provider?: string;
  readonly channel?: Channel;
}

/** What a person did that names no message of ours: wrote to us, read everything up to an instant. PERSONAL: it leaves ingestion sealed or not at all. */
export type ParsedInbound = InboundItem;

/** A part of a webhook that could not be read: where it stood and what was wrong. */
export interface ParseFault {
  /** Position in the posted array; -1 for the body as a whole. */
  readonly index: number;
  readonly code: string;
  /** As it came: personal. For sealing, never for a log. */
  readonly raw: string;
}

export interface WebhookRequest {
  /** The public address that was called, query included: some signatures cover it. From our configuration, never from `Host`. */
  readonly url?: string;
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

/** A call that only asks whether we are there and who we say we are (Meta, X, LinkedIn). */
export interface ChallengeRequest extends Pick<WebhookRequest, 'headers' | 'keys'> {
  readonly query: Readonly<Record<string, string | undefined>>;
  /** The words this account gave its provider with the address. Absent: the installation's own account is asked for. */
  readonly words?: readonly string[];
}
export type ChallengeAnswer =
  | { readonly kind: 'answer'; readonly contentType: 'text/plain' | 'application/json'; readonly body: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** What this provider is answered: each reads a status in its own way (providers README 0.2). */
export interface WebhookAnswers {
  /** Default 200, with our own account of it. */
  readonly stored?: { readonly status: 200 | 202 | 204; readonly contentType?: string; readonly body?: string };
  /** Default 401. */
  readonly forged?: 401 | 403 | 406;
  /** The status on which it surely comes again. Default 503. */
  readonly notStored?: 429 | 503;
}

export interface ParsedWebhook {
  readonly facts: readonly ParsedFact[];
  readonly faults: readonly ParseFault[];
  readonly inbound?: readonly ParsedInbound[];
}

export type Verification = { readonly kind: 'valid' } | { readonly kind: 'invalid'; readonly reason: string };

/** Hears one provider. No method throws, whatever arrives. */
export interface WebhookParser {
  /** The word in the webhook's path (`meta`), and the provider of facts that name no other. */
  readonly provider: string;
  readonly channel: Channel;
  /** Whether a body with these headers could be valid; what this refuses, `verify` refuses, so the body need not be read. */
  verifyHead(head: WebhookHead): Verification;
  verify(request: WebhookRequest): Verification;
  /** Good parts become facts, bad ones faults; one never spoils the other. */
  parse(rawBody: Uint8Array, head?: ParseHead): ParsedWebhook;
  /** Where the format takes a library that answers later (MIME): what `readWebhook` asks before `parse`, and undefined leaves to it. Never rejects. */
  parseLater?(rawBody: Uint8Array, head?: ParseHead): Promise<ParsedWebhook> | undefined;
  /** Answers a GET of the provider's; there where it makes such calls. */
  challenge?(request: ChallengeRequest): ChallengeAnswer;
  readonly answers?: WebhookAnswers;
  /** There where the signature does not cover the body; undefined where the body names none. */
  replay?(rawBody: Uint8Array, head: ParseHead): ReplayClaim | undefined;
}

/**
 * What is vouched for, and over what it stood: `key` (a token) may come again only over the same `content`. The content is chosen so
 * that an honest retry has the same, and anything that would have another effect has another.
 */
export interface ReplayClaim {
  readonly key: string;
  readonly content: string;
}

/** What stands outside the body and means something: the content type of a form, ids in the query of a callback address. */
export type ParseHead = Pick<WebhookRequest, 'headers' | 'url'>;

/** Whichever way this parser reads. */
export const readWebhook = (
  parser: WebhookParser,
  rawBody: Uint8Array,
  head?: ParseHead,
): ParsedWebhook | Promise<ParsedWebhook> => parser.parseLater?.(rawBody, head) ?? parser.parse(rawBody, head);
