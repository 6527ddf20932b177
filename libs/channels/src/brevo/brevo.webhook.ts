import { createHash } from 'node:crypto';

import { arraySlices } from '../json-array.slices.js';
import { isRecord, present, readRecord } from '../json.reading.js';
import { readOpArgs } from '../op-args.reader.js';
import type { ParsedFact, ParsedInbound, ParsedWebhook, ParseFault, WebhookParser } from '../webhook.parser.js';
import { verifyBearer, verifyHead } from './brevo.authorization.js';
import { meaningOf, type BrevoEvent } from './brevo.facts.js';
import { readInbound } from './brevo.inbound.js';
import { messageIdOf } from './brevo.outcome.policy.js';

/** Hears Brevo: events, one or several a call, and mail to us under `items`. Keys are the tokens of the webhooks' settings. */
export function createBrevoWebhook(): WebhookParser {
  return {
    provider: 'brevo',
    channel: 'email',
    // Whatever else is 4xx or 5xx, it throws the event away.
    answers: { forged: 401, notStored: 429 },
    verifyHead,
    verify: verifyBearer,
    parse,
  };
}

function parse(rawBody: Uint8Array): ParsedWebhook {
  const text = Buffer.from(rawBody).toString('utf8');
  const body = parsed(text);
  if (isRecord(body) && Array.isArray(body['items'])) return mails(body['items'] as unknown[]);
  const elements: readonly (readonly [element: unknown, slice: string])[] | undefined = isRecord(body)
    ? [[body, text.trim()]]
    : Array.isArray(body)
      ? zipped(body, arraySlices(text))
      : undefined;
  if (!elements) return { facts: [], faults: [{ index: -1, code: 'not_json', raw: text }] };
  const facts: ParsedFact[] = [];
  const faults: ParseFault[] = [];
  elements.forEach(([element, raw], position) => {
    const read = isRecord(element) ? readEvent(element, raw) : 'not_an_object';
    if (typeof read !== 'string') facts.push(read);
    else faults.push({ index: Array.isArray(body) ? position : -1, code: read, raw });
  });
  return { facts, faults };
}

function mails(items: readonly unknown[]): ParsedWebhook {
  const inbound: ParsedInbound[] = [];
  const faults: ParseFault[] = [];
  items.forEach((item, index) => {
    const raw = JSON.stringify(item);
    const read = readInbound(item, raw);
    if (typeof read === 'string') faults.push({ index, code: read, raw });
    else inbound.push(read);
  });
  return { facts: [], faults, inbound };
}

const zipped = (elements: readonly unknown[], slices: readonly string[]) =>
  elements.map((element, index) => [element, slices[index] ?? ''] as const);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The fact in one event, or the code of what is wrong with it. */
function readEvent(event: BrevoEvent, slice: string): ParsedFact | string {
  const meaning = meaningOf(event);
  if (!meaning) return 'event_name_missing';
  const occurredAt = instantOf(event);
  if (!occurredAt) return 'timestamp_unreadable';
  return {
    ...meaning,
    occurredAt,
    providerEventId: `digest-${eventDigest(event, occurredAt)}`,
    payloadDigest: createHash('sha256').update(slice).digest('hex'),
    ...present('providerMessageId', messageIdOf(event['message-id'])),
    ...readOpArgs(customOf(event['X-Mailin-custom'])),
  };
}

/** Brevo has no event ids (`id` is the webhook's): what tells one event from another, so that its repeats share it. */
function eventDigest(event: BrevoEvent, occurredAt: string): string {
  const parts = [event['event'], messageIdOf(event['message-id']), event['email'], occurredAt, event['link']];
  return createHash('sha256')
    .update(JSON.stringify(parts.map((part) => part ?? null)))
    .digest('hex');
}

const customOf = (value: unknown): unknown => (typeof value === 'string' ? readRecord(value) : value);

/**
 * `ts_epoch`, in milliseconds (some events: seconds) of UTC, is the only sure one; `s_epoch` stands for it in some. Without them the
 * times of the account's zone serve, which may be hours off.
 */
function instantOf(event: BrevoEvent): string | undefined {
  for (const name of ['ts_epoch', 's_epoch', 'ts_event', 'ts']) {
    const value = event[name];
    const number = typeof value === 'string' && /^\d{10,13}$/.test(value) ? Number(value) : value;
    if (typeof number !== 'number') continue;
    const ms = number >= 1e12 ? number : number * 1000;
    if (ms >= 1e12 && ms < 4.1e12) return new Date(Math.floor(ms)).toISOString();
  }
  const date = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)$/.exec(typeof event['date'] === 'string' ? event['date'] : '');
  const at = date ? Date.parse(`${date[1]}T${date[2]}Z`) : NaN;
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}
