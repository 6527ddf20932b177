import { isAuthentic, signingDomains } from '../mail-authenticity.policy.js';
import { addressIn, isAutomatic, mailHeader, messageIdIn, type MailHeaders } from '../inbound-mail.policy.js';
import { isRecord, matching, present, record, type Json } from '../json.reading.js';
import { readOpArgs } from '../op-args.reader.js';
import { digestOf, fault, instantOf, TellingCollector, type Telling } from '../webhook.element.js';
import type { ParsedWebhook, WebhookParser } from '../webhook.parser.js';
import { meaningOf } from './mandrill.facts.js';
import { formOf, verifyMandrillHead, verifyMandrillSignature } from './mandrill.signature.js';

export interface MandrillWebhookConfig {
  /** The webhook's address exactly as it was entered at Mandrill; besides the one that was called. */
  readonly url?: string;
}

/** Hears Mandrill: a form with one field, a list of events as JSON; message events and mail to us alike. Keys are webhook keys. */
export function createMandrillWebhook({ url }: MandrillWebhookConfig = {}): WebhookParser {
  return {
    provider: 'mailchimp',
    channel: 'email',
    verifyHead: verifyMandrillHead,
    verify: (request) =>
      verifyMandrillSignature(
        request,
        [...new Set([url, request.url])].filter((each) => each !== undefined),
      ),
    parse,
  };
}

function parse(rawBody: Uint8Array): ParsedWebhook {
  const text = Buffer.from(rawBody).toString('utf8');
  const events = listIn(formOf(rawBody)?.get('mandrill_events'));
  if (!events) return { facts: [], faults: [{ index: -1, code: 'not_an_event_list', raw: text }] };
  const collector = new TellingCollector();
  for (const event of events) collector.add(event, tellingsOf(event));
  return collector.told;
}

function listIn(json: string | undefined): readonly unknown[] | undefined {
  try {
    const parsed: unknown = JSON.parse(json ?? '');
    return Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function tellingsOf(event: unknown): Telling[] {
  if (!isRecord(event)) return [fault('not_an_object')];
  const { event: name, type, ts } = event;
  // What changed on the account's own rejection and safe lists: about no message of ours; one that is rejected is told by itself.
  if (name === undefined && typeof type === 'string') return [];
  if (typeof name !== 'string' || name === '') return [fault('event_name_missing')];
  const occurredAt = instantOf(ts);
  if (!occurredAt) return [fault('timestamp_unreadable')];
  return [name === 'inbound' ? inboundOf(event, occurredAt) : factOf(name, event, occurredAt)];
}

/** It gives events no id: the same event of the same message in the same second, of the same link, is the same. */
function factOf(name: string, event: Json, occurredAt: string): Telling {
  const message = record(event['msg']);
  const id = matching(event['_id'], /^[\w-]{1,100}$/) ?? matching(message['_id'], /^[\w-]{1,100}$/);
  const named = [name, id ?? '', event['ts'], event['url'] ?? ''];
  const providerEventId = `event-${digestOf(JSON.stringify(id ? named : event)).slice(0, 40)}`;
  return {
    kind: 'fact',
    fact: {
      ...meaningOf(name, event),
      provider: 'mandrill',
      occurredAt,
      providerEventId,
      ...present('providerMessageId', id),
      ...readOpArgs(message['metadata']),
    },
  };
}

function inboundOf(event: Json, occurredAt: string): Telling {
  const message = record(event['msg']);
  const headers = headersOf(message['headers']);
  const from = addressIn(asText(message['from_email']) ?? mailHeader(headers, 'From'));
  const to = addressIn(asText(message['email']));
  if (!from || !to) return fault('address_unreadable');
  const messageId = mailHeader(headers, 'Message-Id');
  const inReplyTo = messageIdIn(mailHeader(headers, 'In-Reply-To') ?? mailHeader(headers, 'References'));
  return {
    kind: 'inbound',
    inbound: {
      kind: 'message',
      provider: 'mandrill',
      channel: 'email',
      providerEventId: `inbound-${digestOf(messageId ? `${messageId} ${to}` : JSON.stringify(message))}`,
      occurredAt,
      from,
      to,
      ...present('subject', asText(message['subject'])),
      ...present('text', asText(message['text'])),
      ...present('inReplyTo', inReplyTo),
      ...(isAutomatic(headers, mailHeader(headers, 'Return-Path')) ? { automatic: true } : {}),
      ...(vouchedFor(from, headers, message) ? { authentic: true } : {}),
    },
  };
}

/** By Mandrill's check of signatures. That of SPF does not say which envelope passed, and a `Return-Path` may be the sender's own. */
function vouchedFor(from: string, headers: MailHeaders, message: Json): boolean {
  const dkim = record(message['dkim']);
  return isAuthentic({
    from,
    dkim: dkim['signed'] === true && dkim['valid'] === true,
    signedBy: signingDomains(headers),
  });
}

const asText = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

/** A header that comes several times is a list. */
const headersOf = (headers: unknown): MailHeaders =>
  Object.entries(record(headers)).flatMap(([name, value]) =>
    (Array.isArray(value) ? (value as unknown[]) : [value]).flatMap((each) =>
      typeof each === 'string' ? [[name, each] as const] : [],
    ),
  );
