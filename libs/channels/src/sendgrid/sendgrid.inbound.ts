import { createHash } from 'node:crypto';
import { addressIn, isAutomatic, mailHeader, messageIdIn, type MailHeaders } from '../inbound-mail.policy.js';
import { list, matching, present, readRecord } from '../json.reading.js';
import { readMail, withoutQuotation, withoutTags } from '../raw-mail.reader.js';
import { isAttemptAddress } from '../reply-address/reply.token.js';
import { singleHeader } from '../single-header.reader.js';
import type { ParsedInbound, ParseHead } from '../webhook.parser.js';
import { isVouchedFor } from './sendgrid.checks.js';
import type { SendgridForm } from './sendgrid.form.js';
import { TIMESTAMP_HEADER } from './sendgrid.signature.js';

/** What a mail says itself. */
interface Written {
  readonly headers: MailHeaders;
  readonly subject: string;
  readonly text: string;
}

export interface Posted {
  readonly form: SendgridForm;
  /** Of the whole body, SHA-256 in hex. */
  readonly payloadDigest: string;
  readonly head?: ParseHead | undefined;
}

/** Posted in parts; or the code of what is wrong. */
export const readParsed = (posted: Posted): ParsedInbound | string =>
  inboundOf(posted, {
    headers: headersIn(posted.form.text('headers')),
    subject: posted.form.text('subject'),
    text: posted.form.text('text') || withoutTags(posted.form.text('html')),
  });

/** Posted as it stands (`Send Raw`), in `email`; or the code of what is wrong. Never rejects. */
export async function readRaw(posted: Posted): Promise<ParsedInbound | string> {
  const mail = await readMail(posted.form.bytes('email') ?? Buffer.alloc(0));
  if (!mail) return 'not_a_mail';
  const headers = READ_HEADERS.flatMap((name) => mail.header(name).map((value) => [name, value] as const));
  return inboundOf(posted, { headers, subject: mail.subject ?? '', text: mail.text });
}

const READ_HEADERS = [
  ...['from', 'message-id', 'in-reply-to', 'references', 'date', 'dkim-signature', 'auto-submitted', 'x-autoreply'],
  ...['x-autorespond', 'list-id', 'precedence', 'content-type'],
];

function inboundOf({ form, payloadDigest, head }: Posted, mail: Written): ParsedInbound | string {
  const { headers, text } = mail;
  const envelope = readRecord(form.text('envelope')) ?? {};
  const envelopeFrom = matching(envelope['from'], /^.{0,320}$/s);
  const from = addressIn(mailHeader(headers, 'From') ?? form.text('from'));
  const reached = list(envelope['to']).flatMap((each) => (typeof each === 'string' ? (addressIn(each) ?? []) : []));
  const to = reached.find(isAttemptAddress) ?? reached[0] ?? addressIn(form.text('to'));
  if (from === undefined || to === undefined) return 'address_unreadable';
  const occurredAt = instantOf(mailHeader(headers, 'Date'), head);
  if (occurredAt === undefined) return 'timestamp_unreadable';
  const messageId = mailHeader(headers, 'Message-Id');
  const checks = { from, envelopeFrom, spf: form.text('SPF'), dkim: form.text('dkim'), headers };
  return {
    kind: 'message',
    provider: 'sendgrid',
    channel: 'email',
    providerEventId: `inbound-${messageId === undefined ? payloadDigest : digest(`${messageId} ${to}`)}`,
    occurredAt,
    from,
    to,
    ...present('subject', mail.subject || undefined),
    ...present('text', withoutQuotation(text) || undefined),
    ...present('inReplyTo', answeredIn(headers)),
    ...(isAutomatic(headers, envelopeFrom) ? { automatic: true } : {}),
    ...(isVouchedFor(checks) ? { authentic: true } : {}),
    payloadDigest,
  };
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

const MOST_HEADERS = 1_000;

/** Lines `Name: value`; those that begin with a blank go on with the one before. */
const headersIn = (text: string): MailHeaders =>
  text
    .slice(0, 256 * 1024)
    .replace(/\r?\n[ \t]/g, ' ')
    .split(/\r?\n/)
    .slice(0, MOST_HEADERS)
    .flatMap((line) => {
      const colon = line.indexOf(':');
      return colon > 0 ? [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as const] : [];
    });

/** By the id SendGrid gave our mail, which stands before its host's name (`ismtpd`); else by whatever it says it answers. */
function answeredIn(headers: MailHeaders): string | undefined {
  const named = [mailHeader(headers, 'In-Reply-To'), mailHeader(headers, 'References')].join(' ').slice(0, 10_000);
  return (
    /<([\w.+/=-]{1,200})@[\w.-]{0,100}ismtpd[\w.-]{0,100}>/.exec(named)?.[1] ??
    messageIdIn(mailHeader(headers, 'In-Reply-To') ?? mailHeader(headers, 'References'))
  );
}

const WEEK_MS = 7 * 24 * 3_600_000;
const SKEW_MS = 300_000;

/** The mail's date where the signed instant of the call does not belie it. */
function instantOf(date: string | undefined, head: ParseHead | undefined): string | undefined {
  const stated = Date.parse(date ?? '');
  const seconds = head && singleHeader(head.headers, TIMESTAMP_HEADER);
  const called = seconds !== undefined && /^\d{9,11}$/.test(seconds) ? Number(seconds) * 1000 : Number.NaN;
  const believed = Number.isNaN(called) || (stated <= called + SKEW_MS && stated >= called - WEEK_MS) ? stated : called;
  return believed >= 0 && believed < 4.1e12 ? new Date(believed).toISOString() : undefined;
}
