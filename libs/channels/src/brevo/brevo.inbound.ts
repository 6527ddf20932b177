import { createHash } from 'node:crypto';
import { addressIn, isAutomatic, messageIdIn, type MailHeaders } from '../inbound-mail.policy.js';
import { isRecord, matching, present } from '../json.reading.js';
import { isAttemptAddress } from '../reply-address/reply.token.js';
import type { ParsedInbound } from '../webhook.parser.js';

/** One mail to us out of `items`; or the code of what is wrong. */
export function readInbound(item: unknown, slice: string): ParsedInbound | string {
  if (!isRecord(item)) return 'not_an_object';
  const from = addressIn(addressOf(item['From']));
  const all = [item['To']].flat().flatMap((each: unknown) => addressIn(addressOf(each)) ?? []);
  const to = all.find(isAttemptAddress) ?? all[0];
  if (from === undefined || to === undefined) return 'address_unreadable';
  const sent = Date.parse(String(item['SentAtDate']));
  if (Number.isNaN(sent)) return 'timestamp_unreadable';
  const headers = headersOf(item['Headers']);
  const uuid: unknown = Array.isArray(item['Uuid']) ? item['Uuid'][0] : undefined;
  const payloadDigest = createHash('sha256').update(slice).digest('hex');
  const text = textOf(item['ExtractedMarkdownMessage']) ?? textOf(item['RawTextBody']);
  return {
    kind: 'message',
    provider: 'brevo',
    channel: 'email',
    providerEventId: `inbound-${matching(uuid, /^[\w-]{8,64}$/) ?? payloadDigest}`,
    occurredAt: new Date(sent).toISOString(),
    from,
    to,
    ...present('subject', textOf(item['Subject'])),
    ...present('text', text),
    ...present('inReplyTo', messageIdIn(textOf(item['InReplyTo']))),
    ...(isAutomatic(headers) ? { automatic: true } : {}),
    payloadDigest,
  };
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

const addressOf = (party: unknown): string | undefined => (isRecord(party) ? textOf(party['Address']) : undefined);

/** A header that came several times is a list. */
const headersOf = (value: unknown): MailHeaders =>
  Object.entries(isRecord(value) ? value : {}).flatMap(([name, values]) =>
    [values].flat().flatMap((each) => (typeof each === 'string' ? [[name, each] as const] : [])),
  );
