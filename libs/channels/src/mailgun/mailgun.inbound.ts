import { createHash } from 'node:crypto';
import type { FormFields } from '../form-body.reader.js';
import { addressIn, isAutomatic, mailHeader, messageIdIn, type MailHeaders } from '../inbound-mail.policy.js';
import { present } from '../json.reading.js';
import { isAuthentic, saysPass, signingDomains } from '../mail-authenticity.policy.js';
import type { ParsedInbound } from '../webhook.parser.js';

/** A mail to us, as a route of Mailgun posts it; or the code of what is wrong. `payloadDigest` is the body's. */
export function readInbound(form: FormFields, payloadDigest: string): ParsedInbound | string {
  const headers = headersOf(form.get('message-headers'));
  const from = addressIn(mailHeader(headers, 'From') ?? form.get('from')) ?? addressIn(form.get('sender'));
  const to = addressIn(form.get('recipient'));
  if (from === undefined || to === undefined) return 'address_unreadable';
  const seconds = Number(form.get('timestamp'));
  if (!(seconds >= 1e8 && seconds < 1e11)) return 'timestamp_unreadable';
  const messageId = mailHeader(headers, 'Message-Id') ?? form.get('Message-Id');
  const inReplyTo = mailHeader(headers, 'In-Reply-To') ?? form.get('In-Reply-To') ?? mailHeader(headers, 'References');
  const text = form.get('stripped-text') || form.get('body-plain');
  return {
    kind: 'message',
    provider: 'mailgun',
    channel: 'email',
    providerEventId: `inbound-${messageId === undefined ? payloadDigest : digest(`${messageId} ${to}`)}`,
    occurredAt: new Date(seconds * 1000).toISOString(),
    from,
    to,
    ...present('subject', form.get('subject') ?? mailHeader(headers, 'Subject')),
    ...present('text', text),
    ...present('inReplyTo', messageIdIn(inReplyTo)),
    ...(isAutomatic(headers, form.get('sender')) ? { automatic: true } : {}),
    ...(vouchedFor(from, headers, form.get('sender')) ? { authentic: true } : {}),
    payloadDigest,
  };
}

/** By Mailgun's own checks. */
const vouchedFor = (from: string, headers: MailHeaders, envelopeFrom: string | undefined): boolean =>
  isAuthentic({
    from,
    envelopeFrom,
    spf: saysPass(headers, 'X-Mailgun-Spf'),
    dkim: saysPass(headers, 'X-Mailgun-Dkim-Check-Result'),
    signedBy: signingDomains(headers),
  });

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** `[["Name","value"], ...]`; whatever in it is not a pair of texts is left out. */
function headersOf(json: string | undefined): MailHeaders {
  try {
    const list: unknown = JSON.parse(json ?? '[]');
    if (!Array.isArray(list)) return [];
    return (list as unknown[]).filter(
      (pair): pair is [string, string] =>
        Array.isArray(pair) && typeof pair[0] === 'string' && typeof pair[1] === 'string',
    );
  } catch {
    return [];
  }
}
