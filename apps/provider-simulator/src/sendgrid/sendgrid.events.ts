import { digestOf } from '../behaviour/chance.policy.js';
import type { LedgerLine } from '../ledger/ledger.js';
import type { Fate } from '../personas/persona.policy.js';
import type { PendingEvent } from '../webhooks/webhook.outbox.js';

const HOST = 'recvd-simulator-1-0';

/** The event as SendGrid posts it; the same event of the same message is the same bytes at any time. Undefined: it has no word for it. */
export function sendgridEvent(seed: string, { line, step, index }: PendingEvent): Record<string, unknown> | undefined {
  const fields = FIELDS[step.fate];
  if (!fields) return undefined;
  const { messageId } = line;
  const late = step.fate === 'bounced-late';
  return {
    ...line.args, // flat, and overwritten by SendGrid's own names
    email: line.to,
    timestamp: Math.floor((Date.parse(line.at) + step.afterMs) / 1000),
    ...(late ? {} : { 'smtp-id': `<${messageId}@geopod-ismtpd-simulator>`, sg_message_id: `${messageId}.${HOST}.0` }),
    sg_event_id: eventId(seed, line, index),
    ...fields,
  };
}

const eventId = (seed: string, line: LedgerLine, index: number) =>
  digestOf(seed, 'sendgrid-event', line.n, line.messageId, index).toString('base64url');

const AGENT = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const MACHINE = 'Mozilla/5.0';

const FIELDS: Readonly<Partial<Record<Fate, Readonly<Record<string, unknown>>>>> = {
  processed: { event: 'processed' },
  deferred: { event: 'deferred', response: '450 4.2.1 mailbox busy, try again later', attempt: '1' },
  delivered: { event: 'delivered', response: '250 2.0.0 OK', ip: '192.0.2.7', tls: 1 },
  opened: { event: 'open', useragent: AGENT, ip: '192.0.2.10', sg_machine_open: false },
  'opened-by-machine': { event: 'open', useragent: MACHINE, ip: '192.0.2.11', sg_machine_open: true },
  clicked: {
    event: 'click',
    useragent: AGENT,
    ip: '192.0.2.10',
    url: 'https://sandbox.test/read-more',
    url_offset: { index: 0, type: 'html' },
  },
  'bounced-hard': {
    event: 'bounce',
    type: 'bounce',
    status: '5.1.1',
    reason: '550 5.1.1 no such mailbox',
    bounce_classification: 'Invalid Address',
  },
  'bounced-soft': {
    event: 'bounce',
    type: 'blocked',
    status: '5.7.1',
    reason: '550 5.7.1 blocked for now',
    bounce_classification: 'Reputation',
  },
  'bounced-late': { event: 'bounce', type: 'bounce', status: '5.0.0', reason: '500 unknown recipient' },
  dropped: { event: 'dropped', reason: 'Bounced Address', status: '5.0.0' },
  unsubscribed: { event: 'unsubscribe' },
  complained: { event: 'spamreport' },
};
