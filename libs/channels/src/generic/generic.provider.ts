import type { ChannelProvider, OutboundMessage, SendResult } from '../channel.provider.js';
import { withDeadline } from '../call.deadline.js';
import { checkEmailHeaders } from '../email-headers.policy.js';
import { HttpCaller } from '../http.caller.js';
import { isMailAddress } from '../mail-address.policy.js';
import { permanent, refuseText, refuseToNumber } from '../phone-message.policy.js';
import { providerAddress } from '../provider-address.policy.js';
import { GENERIC_PATHS, GENERIC_WEBHOOKS, genericBody, type GenericChannel } from './generic.message.js';
import { judgeGeneric } from './generic-outcome.policy.js';

export interface GenericConfig {
  readonly channel: GenericChannel;
  readonly baseUrl: string;
  /** Sent as bearer. */
  readonly apiKey: string;
  /** Our own public address; `webhook_url` of each call follows from it. Without it nothing is reported. */
  readonly publicUrl?: string;
  /** How long the provider takes a second call with the same `Idempotency-Key` for the first, in seconds. Default 0: it does not. */
  readonly idempotentSeconds?: number;
  /** Segments an SMS may take up. Default 10. */
  readonly maxSegments?: number;
  /** Most connections at once. Default 50. */
  readonly maxSockets?: number;
  /** Milliseconds since the epoch; reads throttling headers only. Default the system clock. */
  readonly now?: () => number;
}

/**
 * Whoever speaks the plain form `POST {recipient, message, webhook_url, metadata} -> {message_id, status}` for a channel.
 *
 * @throws TypeError, to whoever configures: no key, or an address `providerAddress` refuses.
 */
export function createGenericProvider(config: GenericConfig): ChannelProvider {
  const { channel, idempotentSeconds = 0, publicUrl } = config;
  if (!config.apiKey.trim()) throw new TypeError('a generic provider needs an API key');
  const url = providerAddress(config.baseUrl) + GENERIC_PATHS[channel];
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    authorization: `Bearer ${config.apiKey}`,
  };
  const webhookUrl = publicUrl === undefined ? undefined : publicUrl.replace(/\/$/, '') + GENERIC_WEBHOOKS[channel];
  const caller = new HttpCaller(config.maxSockets);
  const now = config.now ?? Date.now;
  return {
    key: `generic_${channel}`,
    channel,
    capabilities: {
      idempotencyKey: idempotentSeconds > 0 ? { validSeconds: idempotentSeconds } : false,
      lookUp: false,
      batch: false,
      webhooks: true,
    },
    send: async (message, options) => {
      const refused = refuse(message, config);
      if (refused) return refused;
      if (options.signal.aborted) return { kind: 'rejected', class: 'retryable', code: 'aborted_before_call' };
      const body = JSON.stringify(genericBody(message, channel, message.callbackUrl ?? webhookUrl));
      const key = { 'idempotency-key': `${message.deliveryId}:${message.attempt}` };
      const end = await withDeadline(options, (signal) =>
        caller.call({ method: 'POST', url, headers: { ...headers, ...key }, body, signal }),
      );
      return judgeGeneric(end, now());
    },
    close: () => caller.close(),
  };
}

function refuse(message: OutboundMessage, { channel, maxSegments = 10 }: GenericConfig): SendResult | undefined {
  if (channel === 'sms') return refuseText(message, { maxSegments, maxUnits: 10_000 });
  if (channel === 'whatsapp')
    return (
      refuseToNumber(message) ?? (message.text.trim() === '' && !message.template ? permanent('empty_text') : undefined)
    );
  const { to, from, replyTo } = message;
  // Whoever is behind it may take a comma for another recipient, and a line break for another header.
  if (!isMailAddress(to.address)) return permanent('recipient_refused');
  if (!isMailAddress(from.address)) return permanent('sender_refused');
  if (replyTo && !isMailAddress(replyTo.address)) return permanent('reply_to_refused');
  if (!message.subject) return permanent('subject_missing');
  if (!message.text && !message.html) return permanent('content_missing');
  const headers = checkEmailHeaders(message.headers);
  if (headers.kind === 'refused') return permanent(headers.code);
  return message.sandbox ? permanent('sandbox_not_supported') : undefined;
}
