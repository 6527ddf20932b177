import { createHash } from 'node:crypto';
import { verifyStandardHead, verifyStandardSignature } from '../standard-webhook.signature.js';
import { isAuthenticByResults } from '../mail-authenticity.policy.js';
import { isAttemptAddress, readAttemptAddress } from '../reply-address/reply.token.js';
import type { ParsedFact, ParsedInbound, ParsedWebhook, ParseHead, WebhookParser } from '../webhook.parser.js';
import { meaningOfStatus, reportGroups, type ReportFields } from './delivery-status.policy.js';
import { readMail, type ReadMail } from './mail.reader.js';
import { fromBounceAddress, fromMessageId, type MailReference } from './mail.references.js';
import { isAutomatic, withoutQuotation } from './reply.policy.js';

/** Which addresses are believed to name the mail that bounced. */
export interface BounceAddresses {
  /** Of signed addresses; all are honoured. None: addresses were never signed, and are believed as they stand. */
  readonly keys: readonly string[];
  /** Beside signed ones, unsigned ones of before are believed. Default false, where there are keys. */
  readonly unsigned?: boolean;
  /** Names of the mail servers whose `Authentication-Results` are believed, in lower case. Default: none. */
  readonly trusted?: readonly string[];
}

/**
 * Hears the mail that comes back: a mail server's pipe posts each mail as it is (`message/rfc822`), signed as Standard Webhooks say. Delivery
 * reports (RFC 3464) and complaints (RFC 5965) about mails of ours become facts, every other mail is handed on as something a person or a
 * machine wrote.
 */
export function createSmtpWebhook(addresses: BounceAddresses = { keys: [] }): WebhookParser {
  return {
    provider: 'smtp',
    channel: 'email',
    verifyHead: verifyStandardHead,
    verify: verifyStandardSignature,
    parse: (rawBody) => faulty(rawBody, 'read_later'),
    parseLater: (rawBody, head) => parseLater(rawBody, head, addresses),
  };
}

const faulty = (rawBody: Uint8Array, code: string): ParsedWebhook => ({
  facts: [],
  faults: [{ index: -1, code, raw: Buffer.from(rawBody).toString('latin1') }],
});

async function parseLater(
  rawBody: Uint8Array,
  head: ParseHead | undefined,
  addresses: BounceAddresses,
): Promise<ParsedWebhook> {
  const mail = await readMail(rawBody);
  if (!mail) return faulty(rawBody, 'not_a_mail');
  const payloadDigest = createHash('sha256').update(rawBody).digest('hex');
  const occurredAt = instantOf(mail, head);
  if (!occurredAt) return faulty(rawBody, 'date_unreadable');
  const heard = { mail, occurredAt, payloadDigest, id: eventId(mail, payloadDigest) };
  const facts = factsOf(heard, addresses);
  if (facts.length > 0) return { facts, faults: [] };
  const inbound = inboundOf(heard, addresses.trusted ?? []);
  return inbound ? { facts: [], faults: [], inbound: [inbound] } : faulty(rawBody, 'sender_missing');
}

interface Heard {
  readonly mail: ReadMail;
  readonly occurredAt: string;
  readonly payloadDigest: string;
  readonly id: string;
}

/** The mail's own id is the same however often it is posted; a pipe may add headers. */
const eventId = ({ messageId }: ReadMail, payloadDigest: string) =>
  messageId ? createHash('sha256').update(messageId.trim()).digest('hex').slice(0, 40) : payloadDigest.slice(0, 40);

const WEEK_MS = 7 * 24 * 3_600_000;
const SKEW_MS = 300_000;

/** The mail's date where the signed time of the call does not belie it. */
function instantOf({ date }: ReadMail, head?: ParseHead): string | undefined {
  const stated = Date.parse(date ?? '');
  const seconds = Object.entries(head?.headers ?? {}).find(([name]) => name.toLowerCase() === 'webhook-timestamp')?.[1];
  const called = typeof seconds === 'string' && /^\d{9,11}$/.test(seconds) ? Number(seconds) * 1000 : Number.NaN;
  const believed = Number.isNaN(called) || (stated <= called + SKEW_MS && stated >= called - WEEK_MS) ? stated : called;
  const at = Number.isNaN(believed) ? called : believed;
  return at >= 0 && at < 4.1e12 ? new Date(at).toISOString() : undefined;
}

/** Facts about a mail of ours; none where the report names none of ours. */
function factsOf(heard: Heard, addresses: BounceAddresses): ParsedFact[] {
  const { mail } = heard;
  const [status] = mail.parts('message/delivery-status').map(reportGroups);
  const [feedback] = mail.parts('message/feedback-report').map(reportGroups);
  const about = status || feedback ? referenceOf(mail, [...(status ?? []), ...(feedback ?? [])], addresses) : undefined;
  if (!about) return [];
  const { reference, messageId } = about;
  const common = {
    occurredAt: heard.occurredAt,
    payloadDigest: heard.payloadDigest,
    ...reference,
    ...(messageId ? { providerMessageId: messageId } : {}),
  };
  const meaning = status?.map(meaningOfStatus).find((each) => each !== undefined);
  if (meaning) return [{ ...common, ...meaning, providerEventId: `report-${heard.id}-${meaning.fact}` }];
  const kind = feedback?.find((fields) => fields['feedback-type'])?.['feedback-type']?.toLowerCase();
  if (kind === 'abuse' || kind === 'fraud')
    return [{ ...common, fact: 'complained', code: kind, providerEventId: `report-${heard.id}-complained` }];
  return [];
}

/** By the address it came to, else by what was returned of our mail: its headers. */
function referenceOf(
  mail: ReadMail,
  groups: readonly ReportFields[],
  addresses: BounceAddresses,
): { readonly reference: MailReference & { readonly attested?: true }; readonly messageId?: string } | undefined {
  const returned = mail.parts('message/rfc822', 'text/rfc822-headers').flatMap(reportGroups)[0] ?? {};
  const messageId =
    bare(returned['message-id']) ?? bare(groups.find((each) => each['original-message-id'])?.['original-message-id']);
  const ours = fromMessageId(messageId);
  const signed = mail.to.flatMap((each) => readAttemptAddress('bounce', each, addresses.keys) ?? [])[0];
  // Whose it is our own signature says: nothing that was returned can change that.
  if (signed) {
    const names = ours?.deliveryId === signed.deliveryId && messageId ? { messageId } : {};
    return { reference: { ...signed, attested: true }, ...names };
  }
  const unsigned = addresses.keys.length === 0 || addresses.unsigned === true;
  const named = unsigned ? mail.to.map(fromBounceAddress).find((each) => each !== undefined) : undefined;
  const reference = named ?? ours;
  if (!reference) return undefined;
  const tenantId = reference.tenantId ?? tenantIn(returned);
  const names = ours?.deliveryId === reference.deliveryId && messageId ? { messageId } : {};
  return { reference: { ...reference, ...(tenantId ? { tenantId } : {}) }, ...names };
}

const tenantIn = (returned: ReportFields) => /^[A-Za-z0-9][\w.:-]{0,127}$/.exec(returned['x-tenant-id'] ?? '')?.[0];

const bare = (messageId: string | undefined) =>
  /^<?([\w.:+-]{1,200}@[\w.-]{1,200})>?$/.exec(messageId?.trim() ?? '')?.[1];

function inboundOf(
  { mail, occurredAt, payloadDigest, id }: Heard,
  trusted: readonly string[],
): ParsedInbound | undefined {
  if (!mail.from) return undefined;
  const named = [...mail.header('in-reply-to'), ...mail.header('references')].flatMap((value) => value.split(/\s+/));
  const answered = named.flatMap((each) => bare(each) ?? []);
  const inReplyTo = answered.find((each) => fromMessageId(each) !== undefined) ?? answered[0];
  return {
    kind: 'message',
    provider: 'smtp',
    channel: 'email',
    providerEventId: `mail-${id}`,
    occurredAt,
    from: mail.from,
    to: mail.to.find(isAttemptAddress) ?? mail.to[0] ?? '',
    ...(mail.subject ? { subject: mail.subject } : {}),
    text: withoutQuotation(mail.text),
    ...(inReplyTo ? { inReplyTo } : {}),
    ...(isAutomatic(mail) ? { automatic: true } : {}),
    ...(isAuthenticByResults(mail.from, mail.header('authentication-results'), trusted) ? { authentic: true } : {}),
    payloadDigest,
  };
}
