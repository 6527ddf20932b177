import { createHmac } from 'node:crypto';
import type { Fate } from '../personas/persona.policy.js';
import type { WebhookTarget } from '../provider.play.js';
import { httpPost } from '../webhooks/http.post.js';
import type { PendingEvent, Post } from '../webhooks/webhook.outbox.js';

/** A form with one field, signed over the address as it was entered and that field: a retry sends the same bytes. */
export function mandrillPost({ url, secret }: WebhookTarget): Post {
  const address = `${url.replace(/\/$/, '')}/webhooks/mailchimp`;
  const signedAddress = secret('MANDRILL_WEBHOOK_URL') ?? address;
  const key = (secret('MANDRILL_WEBHOOK_KEYS') ?? '').split(',')[0] ?? '';
  return (events, unsigned) => {
    const told = events.map(mandrillEvent).filter((event) => event !== undefined);
    if (told.length === 0) return () => Promise.resolve(204);
    const json = JSON.stringify(told);
    const mac = createHmac('sha1', key).update(`${signedAddress}mandrill_events${json}`).digest('base64');
    const body = Buffer.from(new URLSearchParams({ mandrill_events: json }).toString());
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'user-agent': 'Mandrill-Webhook/1.0',
      ...(unsigned ? {} : { 'X-Mandrill-Signature': mac }),
    };
    return () => httpPost(address, body, headers);
  };
}

/** Undefined: it has no word for it; it never says that a mail was delivered. */
function mandrillEvent({ line, step }: PendingEvent): Record<string, unknown> | undefined {
  const ts = Math.floor((Date.parse(line.at) + step.afterMs) / 1000);
  if (step.fate === 'replied' || step.fate === 'stopped') return inbound(line, ts, step.fate);
  const said = FIELDS[step.fate];
  if (!said) return undefined;
  const { event, msg = {}, ...besides } = said;
  const message = {
    ts: Math.floor(Date.parse(line.at) / 1000),
    _id: line.messageId,
    email: line.to,
    subject: '',
    tags: [],
    metadata: line.args,
    state: 'sent',
    ...msg,
  };
  return { event, _id: line.messageId, ts, msg: message, ...besides };
}

const inbound = (line: PendingEvent['line'], ts: number, fate: 'replied' | 'stopped') => ({
  event: 'inbound',
  ts,
  msg: {
    from_email: line.to,
    email: 'replies@sandbox.test',
    subject: 'Re: your message',
    text: fate === 'stopped' ? 'STOP' : 'Yes, please.',
    headers: { 'Message-Id': `<reply-${line.n}@sandbox.test>`, 'In-Reply-To': `<${line.messageId}@mandrillapp.com>` },
  },
});

interface Said {
  readonly event: string;
  readonly msg?: Readonly<Record<string, unknown>>;
  readonly url?: string;
  readonly user_agent_parsed?: Readonly<Record<string, unknown>>;
}

const FIELDS: Readonly<Partial<Record<Fate, Said>>> = {
  processed: { event: 'send' },
  deferred: {
    event: 'deferral',
    msg: { state: 'deferred', smtp_events: [{ type: 'deferred', diag: '450 4.2.1 busy' }] },
  },
  opened: { event: 'open', user_agent_parsed: { type: 'browser' } },
  'opened-by-machine': { event: 'open', user_agent_parsed: { type: 'Robot' } },
  clicked: { event: 'click', url: 'https://sandbox.test/read-more', user_agent_parsed: { type: 'browser' } },
  'bounced-hard': {
    event: 'hard_bounce',
    msg: { bounce_description: 'bad_mailbox', diag: 'smtp;550 5.1.1 no such mailbox' },
  },
  'bounced-soft': { event: 'soft_bounce', msg: { bounce_description: 'mailbox_full', diag: 'smtp;552 5.2.2 full' } },
  'bounced-late': { event: 'hard_bounce', msg: { bounce_description: 'general', diag: 'smtp;550 5.0.0 no' } },
  dropped: { event: 'reject', msg: { state: 'rejected' } },
  unsubscribed: { event: 'unsub' },
  complained: { event: 'spam' },
};
