import { createHmac } from 'node:crypto';
import { digestOf } from '../behaviour/chance.policy.js';
import type { Fate } from '../personas/persona.policy.js';
import type { WebhookTarget } from '../provider.play.js';
import { singleEventPost } from '../webhooks/single-event.post.js';
import type { PendingEvent, Post } from '../webhooks/webhook.outbox.js';

/** Posts each event by itself, hex HMAC over its bytes. Whatever it is answered with 4xx it gives up at once. */
export const textbeePost = ({ url, seed, secret }: WebhookTarget): Post =>
  singleEventPost(
    (event, unsigned) => {
      const told = textbeeEvent(seed, event);
      if (!told) return undefined;
      const body = Buffer.from(JSON.stringify(told));
      const key = secret('TEXTBEE_WEBHOOK_SECRET');
      const signature: Record<string, string> =
        key === undefined || unsigned ? {} : { 'X-Signature': createHmac('sha256', key).update(body).digest('hex') };
      const headers = { 'content-type': 'application/json', 'user-agent': 'axios/1.8.2', ...signature };
      return { url: `${url.replace(/\/$/, '')}/webhooks/textbee`, body, headers };
    },
    (status) => status >= 200 && status < 500,
  );

const EVENTS: Readonly<Partial<Record<Fate, string>>> = {
  processed: 'MESSAGE_SENT',
  // The phone has not spoken for a while: nothing is known.
  deferred: 'UNKNOWN_STATE',
  delivered: 'MESSAGE_DELIVERED',
  undelivered: 'MESSAGE_FAILED',
  failed: 'MESSAGE_FAILED',
  dropped: 'MESSAGE_FAILED',
  replied: 'MESSAGE_RECEIVED',
  stopped: 'MESSAGE_RECEIVED',
};

/** The same event of the same message is the same bytes at any time. Undefined: TextBee has no word for it. */
export function textbeeEvent(seed: string, { line, step, index }: PendingEvent): object | undefined {
  const webhookEvent = EVENTS[step.fate];
  if (!webhookEvent) return undefined;
  const id = (...of: (string | number)[]) =>
    digestOf(seed, 'textbee', line.n, ...of)
      .toString('hex')
      .slice(0, 24);
  const at = new Date(Date.parse(line.at) + step.afterMs).toISOString();
  const common = {
    smsId: webhookEvent === 'MESSAGE_RECEIVED' ? id('inbound', index) : id('sms'),
    message: step.fate === 'stopped' ? 'STOP' : webhookEvent === 'MESSAGE_RECEIVED' ? 'Sounds good, call me' : 'text',
    deviceId: id('device'),
    webhookSubscriptionId: digestOf(seed, 'textbee-subscription').toString('hex').slice(0, 24),
    webhookEvent,
    idempotencyKey: uuidOf(digestOf(seed, 'textbee-event', line.n, index)),
  };
  if (webhookEvent === 'MESSAGE_RECEIVED') return { ...common, sender: line.to, receivedAt: at };
  const about = { smsBatchId: line.messageId, recipient: line.to };
  switch (webhookEvent) {
    case 'MESSAGE_SENT':
      return { ...common, ...about, status: 'sent', sentAt: at };
    case 'MESSAGE_DELIVERED':
      return { ...common, ...about, status: 'delivered', sentAt: line.at, deliveredAt: at };
    case 'MESSAGE_FAILED':
      return { ...common, ...about, status: 'failed', errorCode: '4', errorMessage: 'No service', failedAt: at };
    default:
      return { ...common, ...about, status: 'unknown' };
  }
}

function uuidOf(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
