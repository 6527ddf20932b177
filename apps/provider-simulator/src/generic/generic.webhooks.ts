import { Webhook } from 'standardwebhooks';
import { digestOf } from '../behaviour/chance.policy.js';
import type { Fate } from '../personas/persona.policy.js';
import type { WebhookTarget } from '../provider.play.js';
import { singleEventPost } from '../webhooks/single-event.post.js';
import type { PendingEvent, Post } from '../webhooks/webhook.outbox.js';

/** Posts each event by itself to where its message named, as Standard Webhooks; a repeat keeps its id and is signed anew. */
export const genericPost = (target: WebhookTarget): Post =>
  singleEventPost((event, unsigned) => {
    const body = genericEvent(event);
    const { webhookUrl } = event.line.args;
    if (!body || !webhookUrl || !URL.canParse(webhookUrl)) return undefined;
    const raw = JSON.stringify(body);
    const id = `msg_${digestOf(target.seed, event.line.provider, event.line.n, event.index).toString('hex').slice(0, 24)}`;
    const secret = target.secret('GENERIC_WEBHOOK_SECRET');
    const moment = new Date(target.now());
    const signed: Record<string, string> =
      secret === undefined || unsigned
        ? {}
        : {
            'webhook-id': id,
            'webhook-timestamp': String(Math.floor(moment.getTime() / 1_000)),
            'webhook-signature': new Webhook(secret).sign(id, moment, raw),
          };
    return {
      url: target.url.replace(/\/$/, '') + new URL(webhookUrl).pathname,
      body: Buffer.from(raw),
      headers: { 'content-type': 'application/json', ...signed },
    };
  });

/** Email tells an `event`, the others a `status`; undefined for what has no word on its channel. */
export function genericEvent({ line, step, index }: PendingEvent): object | undefined {
  const email = line.channel === 'email';
  const fields = FIELDS[step.fate];
  if (!fields || (EMAIL_ONLY.has(step.fate) && !email)) return undefined;
  if (step.fate === 'read' && line.channel !== 'whatsapp') return undefined;
  const timestamp = new Date(Date.parse(line.at) + step.afterMs).toISOString();
  const metadata = JSON.parse(line.args['metadata'] ?? '{}') as unknown;
  const { word, ...rest } = fields;
  if (word === 'received') {
    const id = digestOf('generic-inbound', line.messageId, index).toString('hex').slice(0, 24);
    const about = { message_id: id, in_reply_to: line.messageId, from: line.to, to: line.args['from'] ?? '' };
    return { ...about, event: word, ...rest, timestamp, campaign_metadata: metadata };
  }
  return {
    message_id: line.messageId,
    [email ? 'event' : 'status']: word,
    ...rest,
    timestamp,
    campaign_metadata: metadata,
  };
}

const EMAIL_ONLY: ReadonlySet<Fate> = new Set([
  'opened',
  'opened-by-machine',
  'clicked',
  'bounced-hard',
  'bounced-soft',
  'bounced-late',
  'complained',
]);

const FIELDS: Readonly<Partial<Record<Fate, { readonly word: string; readonly [name: string]: unknown }>>> = {
  processed: { word: 'sent' },
  deferred: { word: 'deferred', reason: '450 4.2.1 mailbox busy, try again later' },
  delivered: { word: 'delivered' },
  opened: { word: 'opened' },
  'opened-by-machine': { word: 'opened', machine: true },
  clicked: { word: 'clicked' },
  read: { word: 'read' },
  'bounced-hard': { word: 'bounced', bounce_reason: '550 5.1.1 no such mailbox' },
  'bounced-soft': { word: 'bounced', bounce_reason: '452 4.2.2 mailbox full' },
  'bounced-late': { word: 'bounced', bounce_reason: '550 5.1.1 no such mailbox' },
  undelivered: { word: 'undelivered', reason: 'unreachable' },
  failed: { word: 'failed', reason: 'blocked' },
  dropped: { word: 'dropped', reason: 'bounced_address' },
  unsubscribed: { word: 'unsubscribed' },
  complained: { word: 'complained' },
  replied: { word: 'received', text: 'Sounds good, call me' },
  stopped: { word: 'received', text: 'STOP' },
};
