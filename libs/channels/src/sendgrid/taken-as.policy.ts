import type { OutboundMessage, SendResult } from '../channel.provider.js';

export interface SuccessfulAnswer {
  /** HTTP status, 2xx. */
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Of a call for many: which of its personalizations. */
  readonly at?: number;
}

/**
 * 202 means accepted; 200 means validated in the sandbox; any other success is not SendGrid's word for either. All messages of a call
 * are given one id, so that each is kept under it and its own place, after a sign that SendGrid's ids never hold: a webhook that says
 * no more than the id is nobody's, instead of somebody else's.
 */
export function takenAs({ status, headers, at }: SuccessfulAnswer, message: OutboundMessage): SendResult {
  if (status !== 202 && !(status === 200 && message.sandbox)) return { kind: 'unknown', reason: `http_${status}` };
  const id = headers['x-message-id'];
  const own = at === undefined ? id : `${String(id)}~${at}`;
  const usable =
    typeof id === 'string' && /^[\w.+/=-]{1,200}$/.test(id) && typeof own === 'string' && own.length <= 200;
  return { kind: 'accepted', providerMessageId: usable ? own : `unstated-${message.deliveryId}-${message.attempt}` };
}
