import { createHash } from 'node:crypto';
import { arraySlices } from '../json-array.slices.js';
import { mediaTypeOf } from '../form-body.reader.js';
import type {
  ParsedFact,
  ParsedInbound,
  ParsedWebhook,
  ParseFault,
  ParseHead,
  WebhookParser,
} from '../webhook.parser.js';
import { meaningOf, type SendgridEvent } from './sendgrid.facts.js';
import { isForm, readSendgridForm } from './sendgrid.form.js';
import { readParsed, readRaw } from './sendgrid.inbound.js';
import { messageIdOf } from './sendgrid.message-id.js';
import { verifySignature, verifySignatureHead } from './sendgrid.signature.js';

export interface SendgridWebhookConfig {
  /**
   * How far a signed timestamp may lie from now, in seconds. Default 25 h, and 73 h for a mail: SendGrid retries for 24 and for 72 h and
   * does not say whether a retry is signed anew; repeats inside the window are caught by their event ids.
   */
  readonly toleranceSeconds?: number;
}

/**
 * Hears SendGrid's signed event webhook, and mail to us as its Inbound Parse posts it under a policy with a signature. Keys of both are base64
 * SPKI DER, as SendGrid shows them.
 */
export function createSendgridWebhook(config: SendgridWebhookConfig = {}): WebhookParser {
  const ofEvents = config.toleranceSeconds ?? 25 * 3600;
  const ofMails = config.toleranceSeconds ?? 73 * 3600;
  const byType = (head: ParseHead) => (mediaTypeOf(head.headers) === 'multipart/form-data' ? ofMails : ofEvents);
  return {
    provider: 'sendgrid',
    channel: 'email',
    verifyHead: (head) => verifySignatureHead(head, byType(head)),
    verify: (request) => verifySignature(request, isForm(request.rawBody) ? byType(request) : ofEvents),
    parse: (rawBody, head) => (isForm(rawBody) ? parseMail(rawBody, head) : parseEvents(rawBody)),
    parseLater: (rawBody, head) => (isForm(rawBody) ? parseMailLater(rawBody, head) : undefined),
  };
}

function parseMail(rawBody: Uint8Array, head?: ParseHead): ParsedWebhook {
  const form = readSendgridForm(rawBody);
  if (!form) return heard(rawBody, 'not_a_form');
  return heard(
    rawBody,
    form.bytes('email') ? 'read_later' : readParsed({ form, head, payloadDigest: sha256(rawBody) }),
  );
}

async function parseMailLater(rawBody: Uint8Array, head?: ParseHead): Promise<ParsedWebhook> {
  const form = readSendgridForm(rawBody);
  if (!form?.bytes('email')) return parseMail(rawBody, head);
  return heard(rawBody, await readRaw({ form, head, payloadDigest: sha256(rawBody) }));
}

const heard = (rawBody: Uint8Array, read: ParsedInbound | string): ParsedWebhook =>
  typeof read === 'string'
    ? { facts: [], faults: [{ index: -1, code: read, raw: Buffer.from(rawBody).toString('latin1') }] }
    : { facts: [], faults: [], inbound: [read] };

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

function parseEvents(rawBody: Uint8Array): { facts: ParsedFact[]; faults: ParseFault[] } {
  const text = Buffer.from(rawBody).toString('utf8');
  const elements = parseArray(text);
  if (!elements) return { facts: [], faults: [{ index: -1, code: 'not_a_json_array', raw: text }] };
  const facts: ParsedFact[] = [];
  const faults: ParseFault[] = [];
  const slices = arraySlices(text);
  elements.forEach((element, index) => {
    const raw = slices[index] ?? '';
    const read = readEvent(element, raw);
    if (typeof read === 'string') faults.push({ index, code: read, raw });
    else facts.push(read);
  });
  return { facts, faults };
}

function parseArray(text: string): unknown[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** The fact in one element, or the code of what is wrong with it. */
function readEvent(element: unknown, slice: string): ParsedFact | string {
  if (typeof element !== 'object' || element === null || Array.isArray(element)) return 'not_an_object';
  const event = element as SendgridEvent;
  const meaning = meaningOf(event);
  if (!meaning) return 'event_name_missing';
  const occurredAt = instant(event['timestamp']);
  if (!occurredAt) return 'timestamp_unreadable';
  const payloadDigest = sha256(slice);
  const attempt = Number(event['op_attempt']);
  return {
    ...meaning,
    occurredAt,
    providerEventId: matching(event['sg_event_id'], /^[\w+/=.-]{1,100}$/) ?? `digest-${payloadDigest}`,
    payloadDigest,
    ...present('providerMessageId', messageId(event)),
    ...present('deliveryId', matching(event['op_delivery_id'], OUR_ID)),
    ...present('tenantId', matching(event['op_tenant_id'], OUR_ID)),
    ...(Number.isInteger(attempt) && attempt > 0 && attempt < 1_000_000 ? { attempt } : {}),
  };
}

const OUR_ID = /^[A-Za-z0-9][\w.:-]{0,127}$/;

const matching = (value: unknown, pattern: RegExp) =>
  typeof value === 'string' && pattern.test(value) ? value : undefined;

const present = <K extends string>(key: K, value: string | undefined) =>
  (value === undefined ? {} : { [key]: value }) as Partial<Record<K, string>>;

/** Unix seconds between 2001 and 2100. */
function instant(value: unknown): string | undefined {
  const seconds = typeof value === 'string' && /^\d{10}$/.test(value) ? Number(value) : value;
  if (typeof seconds !== 'number' || !(seconds >= 1e9 && seconds < 4.1e9)) return undefined;
  return new Date(Math.floor(seconds * 1000)).toISOString();
}

/** The `X-Message-Id` of the send call. Legacy ids hold dots themselves, so `smtp-id`, which ends it with an `@`, is believed first. */
function messageId(event: SendgridEvent): string | undefined {
  const whole = matching(event['sg_message_id'], /^[\w.+/=-]{1,300}$/);
  if (whole === undefined) return undefined;
  const smtp = matching(event['smtp-id'], /^<[\w.+/=-]{1,200}@[^@<>]{1,200}>$/)
    ?.slice(1)
    .split('@')[0];
  if (smtp && whole.startsWith(`${smtp}.`)) return smtp;
  return messageIdOf(whole);
}
