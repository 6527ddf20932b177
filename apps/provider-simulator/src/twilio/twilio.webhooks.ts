import { createHmac } from 'node:crypto';
import { digestOf } from '../behaviour/chance.policy.js';
import type { Fate } from '../personas/persona.policy.js';
import type { WebhookTarget } from '../provider.play.js';
import { singleEventPost, type SingleEvent } from '../webhooks/single-event.post.js';
import type { PendingEvent, Post } from '../webhooks/webhook.outbox.js';

type Fields = Readonly<Record<string, string>>;

/**
 * Status callbacks to the address each message named, and what people write to the account's own. Signed for the address as it was
 * named and posted to where we are told to: in between stands somebody's proxy.
 */
export const twilioPost = (target: WebhookTarget): Post =>
  singleEventPost((event, unsigned) => {
    const told = fieldsOf(event, target.secret('TWILIO_ACCOUNT_SID') ?? `AC${'0'.repeat(32)}`);
    return (
      told &&
      (told.inbound ? inbound(event, told.fields, target, unsigned) : callback(event, told.fields, target, unsigned))
    );
  });

function callback(
  event: PendingEvent,
  fields: Fields,
  target: WebhookTarget,
  unsigned: boolean,
): SingleEvent | undefined {
  const { callback: named } = event.line.args;
  return named === undefined ? undefined : posted(named, fields, { event, target, unsigned });
}

/** The number's own address knows nothing of any message. */
function inbound(
  { line, ...event }: PendingEvent,
  fields: Fields,
  target: WebhookTarget,
  unsigned: boolean,
): SingleEvent {
  const named = line.args['callback'];
  const origin = named === undefined ? target.url : new URL(named).origin;
  return posted(`${origin.replace(/\/$/, '')}/webhooks/twilio`, fields, {
    event: { line, ...event },
    target,
    unsigned,
  });
}

interface Posting {
  readonly event: PendingEvent;
  readonly target: WebhookTarget;
  readonly unsigned: boolean;
}

/** The fragment says how to repeat; it is neither called nor signed. */
function posted(named: string, fields: Fields, { event, target, unsigned }: Posting): SingleEvent {
  const address = new URL(named);
  address.hash = '';
  const token = target.secret('TWILIO_AUTH_TOKEN');
  const signature: Fields =
    token === undefined || unsigned ? {} : { 'X-Twilio-Signature': signatureOf(token, address.href, fields) };
  const { line, index } = event;
  return {
    url: target.url.replace(/\/$/, '') + address.pathname + address.search,
    body: Buffer.from(new URLSearchParams(fields).toString()),
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'user-agent': 'TwilioProxy/1.1',
      'I-Twilio-Idempotency-Token': digestOf(target.seed, 'twilio-event', line.n, index).toString('hex').slice(0, 36),
      ...signature,
    },
  };
}

/** Base64 HMAC-SHA1 over the address and every field's name and value, by name. */
export function signatureOf(token: string, url: string, fields: Fields): string {
  const names = Object.keys(fields).sort();
  return createHmac('sha1', token)
    .update(url + names.map((name) => name + (fields[name] ?? '')).join(''))
    .digest('base64');
}

/** The form of an event; undefined where Twilio has no word for it. */
function fieldsOf(
  { line, step, index }: PendingEvent,
  account: string,
): { readonly inbound: boolean; readonly fields: Fields } | undefined {
  const whatsapp = line.channel === 'whatsapp';
  const written = WRITTEN[step.fate];
  const address = (number: string) => (whatsapp ? `whatsapp:${number}` : number);
  const common = { AccountSid: account, ApiVersion: '2010-04-01' };
  const [own, theirs] = [address(line.args['from'] ?? ''), address(line.to)];
  if (written !== undefined) {
    const sid = `SM${digestOf('twilio-inbound', line.messageId, index).toString('hex').slice(0, 32)}`;
    const stop: Fields = written === 'STOP' && !whatsapp ? { OptOutType: 'STOP' } : {};
    const about: Fields = whatsapp ? { OriginalRepliedMessageSid: line.messageId } : {};
    const message = { MessageSid: sid, SmsSid: sid, SmsMessageSid: sid, SmsStatus: 'received', Body: written };
    const counts = { NumMedia: '0', NumSegments: '1' };
    return { inbound: true, fields: { ...common, ...message, ...counts, ...stop, ...about, From: theirs, To: own } };
  }
  const status = STATUSES[step.fate];
  if (!status || (status.status === 'read' && !whatsapp)) return undefined;
  const { messageId: sid } = line;
  const fields = { MessageSid: sid, SmsSid: sid, MessageStatus: status.status, SmsStatus: status.status };
  const error: Fields = status.code === undefined ? {} : { ErrorCode: status.code };
  const done: Fields =
    step.fate === 'delivered' || step.fate === 'undelivered' ? { RawDlrDoneDate: minuteOf(line.at) } : {};
  return { inbound: false, fields: { ...common, ...fields, ...error, ...done, From: own, To: theirs } };
}

const STATUSES: Readonly<Partial<Record<Fate, { readonly status: string; readonly code?: string }>>> = {
  processed: { status: 'sent' },
  delivered: { status: 'delivered' },
  read: { status: 'read' },
  undelivered: { status: 'undelivered', code: '30003' },
  failed: { status: 'failed', code: '30008' },
  dropped: { status: 'failed', code: '30007' },
};

const WRITTEN: Readonly<Partial<Record<Fate, string>>> = { replied: 'Sounds good, call me', stopped: 'STOP' };

/** `YYMMDDhhmm`. */
const minuteOf = (at: string): string => at.replaceAll(/\D/g, '').slice(2, 12);
