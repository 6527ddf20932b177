import { createHash } from 'node:crypto';

import { canonicalJson } from '../canonical-json.text.js';
import { readForm } from '../form-body.reader.js';
import { matching, present, readRecord } from '../json.reading.js';
import { readOpArgs } from '../op-args.reader.js';
import type { ParsedFact, ParsedWebhook, ParseHead, WebhookParser } from '../webhook.parser.js';
import { meaningOf, type MailgunEvent } from './mailgun.facts.js';
import { readInbound } from './mailgun.inbound.js';
import { messageIdOf } from './mailgun.outcome.policy.js';
import { replayOf, verifyHead, verifySignature } from './mailgun.signature.js';

export interface MailgunWebhookConfig {
  /**
   * How far a signed timestamp may lie from now, in seconds. Default 9 h: Mailgun retries for 8 h and does not say whether a retry is
   * signed anew.
   */
  readonly toleranceSeconds?: number;
}

/** Hears Mailgun: events as JSON, one a call, and mail to us as the form of a route. Keys are webhook signing keys. */
export function createMailgunWebhook(config: MailgunWebhookConfig = {}): WebhookParser {
  const tolerance = config.toleranceSeconds ?? 9 * 3600;
  return {
    provider: 'mailgun',
    channel: 'email',
    // 406 alone stops it; anything else it would post again for eight hours.
    answers: { forged: 406, notStored: 503 },
    verifyHead,
    verify: (request) => verifySignature(request, tolerance),
    replay: replayOf,
    parse,
  };
}

function parse(rawBody: Uint8Array, head?: ParseHead): ParsedWebhook {
  const payloadDigest = createHash('sha256').update(rawBody).digest('hex');
  const text = Buffer.from(rawBody).toString('utf8');
  const form = head && readForm(rawBody, head.headers);
  const read = form ? readInbound(form, payloadDigest) : readEvent(text);
  if (typeof read === 'string') return { facts: [], faults: [{ index: -1, code: read, raw: text }] };
  return 'kind' in read ? { facts: [], faults: [], inbound: [read] } : { facts: [read], faults: [] };
}

/** The fact in a body, or the code of what is wrong with it. */
function readEvent(text: string): ParsedFact | string {
  const body = readRecord(text);
  if (!body) return 'not_a_json_object';
  const event = body['event-data'] as MailgunEvent | undefined;
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return 'event_data_missing';
  const meaning = meaningOf(event);
  if (!meaning) return 'event_name_missing';
  const occurredAt = instant(event['timestamp']);
  if (!occurredAt) return 'timestamp_unreadable';
  // Of the event alone: token and signature may be other ones when it is told again.
  const payloadDigest = createHash('sha256').update(canonicalJson(event)).digest('hex');
  const message = event['message'] as { headers?: Readonly<Record<string, unknown>> } | null | undefined;
  return {
    ...meaning,
    occurredAt,
    providerEventId: matching(event['id'], /^[\w+/=.-]{1,100}$/) ?? `digest-${payloadDigest}`,
    payloadDigest,
    ...present('providerMessageId', messageIdOf(message?.headers?.['message-id'])),
    // May be a sentence instead: "Could not load user-variables. ..."
    ...readOpArgs(event['user-variables']),
  };
}

/** Unix seconds with a fraction, between 2001 and 2100. */
function instant(value: unknown): string | undefined {
  const seconds = typeof value === 'string' && /^\d{10}(\.\d+)?$/.test(value) ? Number(value) : value;
  if (typeof seconds !== 'number' || !(seconds >= 1e9 && seconds < 4.1e9)) return undefined;
  return new Date(Math.floor(seconds * 1000)).toISOString();
}
