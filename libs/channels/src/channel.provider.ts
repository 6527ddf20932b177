import type { Channel, RejectionClass } from '@homing/contracts';

/** One end of a message: the channel's own address form (email address, E.164 number, provider's user id). */
export interface Party {
  readonly address: string;
  readonly name?: string;
}

/** A template that a provider has approved; named, never its words. */
export interface ProviderTemplate {
  readonly name: string;
  /** As the provider writes it: `en`, `en_US`, `de`. */
  readonly language: string;
  readonly parameters: readonly string[];
}

/** One rendered message for one recipient: everything a provider call needs and nothing it may leak. */
export interface OutboundMessage {
  /** `{outreachId}.{leg}`; travels to the provider and comes back in its webhooks. */
  readonly deliveryId: string;
  /** From 1; with `deliveryId` it names the provider call. */
  readonly attempt: number;
  readonly tenantId: string;
  /** A key that names the campaign without personal data. */
  readonly campaignKey?: string;
  readonly to: Party;
  readonly from: Party;
  readonly replyTo?: Party;
  /** Required by email providers. */
  readonly subject?: string;
  readonly html?: string;
  readonly text: string;
  /**
   * An approved template of the provider's (WhatsApp), for where free text is not allowed. Parameters in the order of its
   * placeholders. Where it is there, `text` is what the person reads and only recorded.
   */
  readonly template?: ProviderTemplate;
  /** Channels with several ways in (LinkedIn): which one. Default `message`. */
  readonly approach?: 'message' | 'connection_request';
  /** Where this provider is to report what becomes of this message, for those that are told so per call. Absolute, public. */
  readonly callbackUrl?: string;
  /** Message headers; a name outside the allow-list refuses the message (`header_not_allowed`), nothing is sent. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Validate at the provider and send nothing. Default false. */
  readonly sandbox?: boolean;
}

export interface SendOptions {
  /** Aborts the call. Before the first byte went out: `rejected`/`retryable`; after it: `unknown`. */
  readonly signal: AbortSignal;
  /** Milliseconds, from 1. The whole call, connecting and reading the answer included, measured on the monotonic clock. */
  readonly timeoutMs: number;
}

export type { RejectionClass };

/** Codes are short words of our own lists (`connect_refused`, `http_503`), never a provider's free text. */
export type SendResult =
  | { readonly kind: 'accepted'; readonly providerMessageId: string }
  | {
      readonly kind: 'rejected';
      readonly class: RejectionClass;
      readonly code: string;
      readonly retryAfterSeconds?: number;
    }
  /** The provider may have it: never re-send blindly. */
  | { readonly kind: 'unknown'; readonly reason: string }
  /** Surely not sent, and no machine may: a person is asked to do it. `reason` is a code (`captcha`, `partners_only`). */
  | { readonly kind: 'assisted'; readonly reason: string };

/** Of `sendMany`: the call was refused for another message's sake; this one may go in company again. */
export const SEND_AGAIN = 'not_taken_in_company';
/** Of `sendMany`: this message cannot share a call with these, or the call was refused and does not say for whose sake. */
export const SEND_ALONE = 'send_alone';

/** True for a message that was not sent only because of its company: nothing is known of it, and nobody has it. */
export const wasSentBack = (result: SendResult): boolean =>
  result.kind === 'rejected' && (result.code === SEND_AGAIN || result.code === SEND_ALONE);

/** One attempt, by what the provider was given of it. */
export type AttemptRef = Pick<OutboundMessage, 'deliveryId' | 'attempt' | 'tenantId'>;

/** Codes as for a send. */
export type LookUpResult =
  /** The provider has it. */
  | { readonly kind: 'accepted'; readonly providerMessageId?: string }
  /** It is not on record; that counts only after the capability's delay. */
  | { readonly kind: 'not_found' }
  /** No answer this time. */
  | { readonly kind: 'unavailable'; readonly code: string; readonly retryAfterSeconds?: number }
  /** This account may not ask: an operator's matter. */
  | { readonly kind: 'unsupported'; readonly code: string };

/** What a provider can do; the gateway and the universal suite believe this, never the provider's name. */
export interface Capabilities {
  /** The provider takes a second call under the same delivery and attempt for the first, for so long; or false. */
  readonly idempotencyKey: { readonly validSeconds: number } | false;
  /**
   * The provider can be asked whether it has an attempt, so many times a minute; or false. That it has nothing counts when
   * it is asked `afterSeconds` after the call.
   */
  readonly lookUp: { readonly afterSeconds: number; readonly perMinute: number } | false;
  /** Most messages in one call, or false. */
  readonly batch: number | false;
  /** The provider reports later facts through a webhook. */
  readonly webhooks: boolean;
}

/**
 * A way to send on one channel. `send` never throws for anything the network or the provider does, and calls the
 * provider at most once: no retries of its own. It throws only a `TypeError` for a misuse of its parameters.
 */
export interface ChannelProvider {
  /** Unique, lower case, one per provider and channel (`twilio`, `twilio_whatsapp`): what events name it by. */
  readonly key: string;
  readonly channel: Channel;
  readonly capabilities: Capabilities;
  send(message: OutboundMessage, options: SendOptions): Promise<SendResult>;
  /**
   * Sends up to `capabilities.batch` messages of one company (`companyOf`) in one call; there if and only if the capability is a
   * number. One result for each message, in order, each as `send` would give it; a call whose end is unknown is unknown for each.
   * What was not sent only because of its company is `rejected` with `SEND_AGAIN` or `SEND_ALONE`: surely not taken, no word on the
   * message itself, to be sent within the same attempt. Accepted messages have ids of their own. No retries, as `send`.
   */
  sendMany?(messages: readonly OutboundMessage[], options: SendOptions): Promise<readonly SendResult[]>;
  /** Asks whether the provider has an attempt; there if and only if the capability is. Never throws, as `send`. */
  lookUp?(attempt: AttemptRef, options: SendOptions): Promise<LookUpResult>;
  /** Closes kept-alive connections; calls in flight end as they would have. */
  close(): void;
}
