import { digestOf } from '../behaviour/chance.policy.js';
import type { Fate } from '../personas/persona.policy.js';
import type { PendingEvent } from '../webhooks/webhook.outbox.js';

/** Hours that the account's zone, in which all times but `ts_epoch` are, lies from UTC. */
const ACCOUNT_ZONE_HOURS = 1;

/** The event as Brevo posts it; the same event of the same message is the same at any time. Undefined: it has no word for it. */
export function brevoEvent({ line, step }: PendingEvent): Record<string, unknown> | undefined {
  const fields = FIELDS[step.fate];
  if (!fields) return undefined;
  const at = Date.parse(line.at) + step.afterMs;
  const local = new Date(at + ACCOUNT_ZONE_HOURS * 3_600_000).toISOString();
  // Complaints come without ts_epoch and without <> around the message id; a proxy's opens with s_epoch in its place.
  const bare = step.fate === 'complained';
  return {
    email: line.to,
    id: 9_999_999, // the webhook's, not the event's
    'message-id': bare ? line.messageId : `<${line.messageId}>`,
    date: local.slice(0, 19).replace('T', ' '),
    ts: Math.floor(at / 1000),
    ts_event: Math.floor(at / 1000),
    ...(bare ? {} : { [step.fate === 'opened-by-machine' ? 's_epoch' : 'ts_epoch']: at }),
    tags: [],
    ...line.args,
    ...fields,
  };
}

const FIELDS: Readonly<Partial<Record<Fate, Readonly<Record<string, unknown>>>>> = {
  processed: { event: 'request' },
  // A 550 that Brevo calls a deferral.
  deferred: { event: 'deferred', reason: '550 RecipientError: 550 5.1.1 <somebody>: Recipient address rejected' },
  delivered: { event: 'delivered' },
  opened: { event: 'unique_opened' },
  'opened-by-machine': { event: 'proxy_open' },
  clicked: { event: 'click', link: 'https://sandbox.test/read-more' },
  'bounced-hard': { event: 'hard_bounce', reason: ' RecipientError: 550 5.1.1 no such mailbox.' },
  'bounced-soft': { event: 'soft_bounce', reason: 'undefined Unable to find MX of domain sandbox.test' },
  'bounced-late': { event: 'hard_bounce', reason: ' RecipientError: 550 5.0.0 unknown recipient.' },
  dropped: { event: 'blocked', reason: 'blocked : due to blacklist user' },
  failed: { event: 'error' },
  unsubscribed: { event: 'unsubscribe' },
  complained: { event: 'spam' },
};

/** A mail to us, as Brevo's inbound parsing posts it. */
export function brevoReply(seed: string, { line, step }: PendingEvent): Record<string, unknown> {
  const sent = new Date(Date.parse(line.at) + step.afterMs).toUTCString();
  const uuid = digestOf(seed, 'brevo-reply', line.n).toString('hex');
  return {
    Uuid: [uuid.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')],
    MessageId: `<reply-${line.n}@${line.to.split('@')[1]}>`,
    InReplyTo: `<${line.messageId}>`,
    From: { Name: 'A Reader', Address: line.to },
    To: [{ Name: null, Address: 'replies@sandbox.test' }],
    Cc: [],
    ReplyTo: null,
    SentAtDate: sent,
    Subject: 'Re: your message',
    Attachments: [],
    Headers: { From: `A Reader <${line.to}>`, Date: sent },
    SpamScore: 0.1,
    ExtractedMarkdownMessage: 'Yes, please.\n',
    RawTextBody: 'Yes, please.\r\n\r\n> Hello\r\n',
  };
}
