import { createHmac } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { WebhookTarget } from '../provider.play.js';
import { httpPost } from '../webhooks/http.post.js';
import type { PendingEvent, Post } from '../webhooks/webhook.outbox.js';
import { returnedMail } from './returned.mails.js';

const AGENT = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
/** What a privacy proxy says of itself. */
const PROXY = 'Mozilla/5.0';
/** No person opens a mail sooner after it was sent. */
const READER_MS = 2_100;

/** A mail server's pipe that hands on what comes back, and readers that load the picture, follow the link and press unsubscribe. */
export function smtpPost({ url, now, secret }: WebhookTarget): Post {
  const base = url.replace(/\/$/, '');
  const key = Buffer.from((secret('SMTP_WEBHOOK_KEYS') ?? '').split(',')[0] ?? '', 'base64');
  const hand = (body: Buffer, id: string, unsigned: boolean) => {
    const seconds = String(Math.floor(now() / 1000));
    const mac = createHmac('sha256', key).update(`${id}.${seconds}.`).update(body).digest('base64');
    const signature = { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': `v1,${mac}` };
    return httpPost(`${base}/webhooks/smtp`, body, {
      'content-type': 'message/rfc822',
      ...(unsigned ? {} : signature),
    });
  };
  const tell = async (event: PendingEvent, unsigned: boolean): Promise<number | undefined> => {
    const mail = returnedMail(event);
    if (mail) return hand(mail, `mail-${event.line.n}-${event.index}`, unsigned);
    return visit(event, now);
  };
  return (events, unsigned) => {
    const left = [...events];
    return async () => {
      for (const event of [...left]) {
        const status = await tell(event, unsigned);
        if (status === undefined || status >= 300) return status;
        left.splice(left.indexOf(event), 1);
      }
      return 200;
    };
  };
}

/** What the reader does; 204 where this mail has nothing of the kind. */
async function visit({ line, step }: PendingEvent, now: () => number): Promise<number | undefined> {
  const { pixel, link, unsubscribe } = line.args;
  const wait = Date.parse(line.at) + READER_MS + step.afterMs - now();
  const patiently = async (call: () => Promise<number | undefined>) => {
    if (wait > 0) await delay(wait, undefined, { ref: false });
    return call();
  };
  if (step.fate === 'opened' && pixel) return patiently(() => get(pixel, AGENT));
  if (step.fate === 'opened-by-machine' && pixel) return get(pixel, PROXY);
  if (step.fate === 'clicked' && link?.includes('/t/c/')) return patiently(() => get(link, AGENT));
  if (step.fate === 'unsubscribed' && unsubscribe) {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    return httpPost(unsubscribe, Buffer.from('List-Unsubscribe=One-Click'), form);
  }
  return 204;
}

/** A redirect is an answer: nobody goes where it leads. */
const get = (address: string, agent: string): Promise<number | undefined> =>
  fetch(address, { redirect: 'manual', headers: { 'user-agent': agent }, signal: AbortSignal.timeout(10_000) }).then(
    ({ status }) => (status === 302 ? 200 : status),
    () => undefined,
  );
