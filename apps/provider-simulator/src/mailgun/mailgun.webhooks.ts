import { createHmac } from 'node:crypto';
import { digestOf } from '../behaviour/chance.policy.js';
import type { WebhookTarget } from '../provider.play.js';
import { httpPost } from '../webhooks/http.post.js';
import type { PendingEvent, Post } from '../webhooks/webhook.outbox.js';
import { mailgunEvent } from './mailgun.events.js';

interface Signature {
  readonly timestamp: string;
  readonly token: string;
  readonly signature: string;
}

/** One event a POST, signed once: a retry sends the same bytes. 406 stops it, any other refusal is tried again. */
export function mailgunPost({ url, seed, now, secret }: WebhookTarget): Post {
  const address = `${url.replace(/\/$/, '')}/webhooks/mailgun`;
  const key = secret('MAILGUN_WEBHOOK_SIGNING_KEY') ?? '';
  /** One that was used before, for a stranger who saw it. */
  let used: Signature | undefined;
  const sign = (event: PendingEvent, unsigned: boolean): Signature => {
    if (unsigned) return used ?? signatureOf('', event, now());
    return (used = signatureOf(key, event, now()));
  };
  const signatureOf = (by: string, { line, index }: PendingEvent, at: number): Signature => {
    const timestamp = String(Math.floor(at / 1000));
    const token = digestOf(seed, 'mailgun-token', line.n, index, at).toString('hex').slice(0, 50);
    return {
      timestamp,
      token,
      signature: createHmac('sha256', by)
        .update(timestamp + token)
        .digest('hex'),
    };
  };
  return (events, unsigned) => {
    const posts = events.flatMap((event) => {
      const body = bodyOf(seed, event, sign(event, unsigned));
      return body ? [body] : [];
    });
    return async () => {
      let left = 0;
      for (const { bytes, type } of posts.slice()) {
        const headers = { 'content-type': type, 'user-agent': 'mailgun/simulator' };
        const status = await httpPost(address, bytes, headers);
        if (status !== undefined && (status < 300 || status === 406)) posts.splice(left, 1);
        else left += 1;
      }
      return left === 0 ? 200 : 503;
    };
  };
}

interface Body {
  readonly bytes: Buffer;
  readonly type: string;
}

function bodyOf(seed: string, event: PendingEvent, signature: Signature): Body | undefined {
  if (event.step.fate === 'replied') return replyOf(event, signature);
  const data = mailgunEvent(seed, event);
  if (!data) return undefined;
  return { bytes: Buffer.from(JSON.stringify({ signature, 'event-data': data })), type: 'application/json' };
}

/** What a route posts of a mail to us. */
function replyOf({ line, step }: PendingEvent, signature: Signature): Body {
  const messageId = `<reply-${line.n}@${line.to.split('@')[1]}>`;
  const headers = [
    ['From', `A Reader <${line.to}>`],
    ['Message-Id', messageId],
    ['In-Reply-To', `<${line.messageId}>`],
    ['Date', new Date(Date.parse(line.at) + step.afterMs).toUTCString()],
  ];
  const form = new URLSearchParams({
    ...signature,
    recipient: 'replies@sandbox.test',
    sender: line.to,
    from: `A Reader <${line.to}>`,
    subject: 'Re: your message',
    'message-headers': JSON.stringify(headers),
    'body-plain': 'Yes, please.\r\n\r\n> Hello',
    'stripped-text': 'Yes, please.',
  });
  return { bytes: Buffer.from(form.toString()), type: 'application/x-www-form-urlencoded' };
}
