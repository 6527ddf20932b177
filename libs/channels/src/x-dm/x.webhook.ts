import { hmacText, verifyHmac, verifyHmacHead } from '../hmac-header.signature.js';
import { isRecord, matching, present, record, type Json } from '../json.reading.js';
import { SCOPED_ID } from '../scoped-id.policy.js';
import {
  bodyObject,
  digestOf,
  eventName,
  fault,
  instantOf,
  TellingCollector,
  type Telling,
} from '../webhook.element.js';
import type { ChallengeAnswer, ChallengeRequest, ParsedWebhook, WebhookParser } from '../webhook.parser.js';

export const X_SIGNATURE = { name: 'x-twitter-webhooks-signature', encoding: 'base64' } as const;

const OURS = { provider: 'x_dm', channel: 'twitter' } as const;
const ID = /^\d{1,20}$/;

/**
 * Hears X's Account Activity for direct messages. Keys are the app's consumer secrets, the one in use first: it answers the challenge.
 * Nothing signed says when, so a replay is a repeat: it takes effect once, by its event ids.
 */
export function createXWebhook(): WebhookParser {
  return {
    provider: 'x',
    channel: 'twitter',
    verifyHead: (head) => verifyHmacHead(X_SIGNATURE, head),
    // We sign any token that a stranger asks us about: what could be one is signed by nobody.
    verify: (request) =>
      isToken(request.rawBody) ? { kind: 'invalid', reason: 'body_is_a_token' } : verifyHmac(X_SIGNATURE, request),
    parse,
    challenge: crc,
    answers: { forged: 401, notStored: 503 },
  };
}

const TOKEN = /^[\w.=+/-]{1,512}$/;
const isToken = (body: Uint8Array): boolean => body.length <= 512 && TOKEN.test(Buffer.from(body).toString('latin1'));

/** Asked when the address is registered and every half hour from then on: who answers knows the secret. */
function crc({ query, keys }: ChallengeRequest): ChallengeAnswer {
  const token = matching(query['crc_token'], TOKEN);
  const [key] = keys.filter((each) => each !== '');
  if (token === undefined) return { kind: 'refused', reason: 'challenge_malformed' };
  if (key === undefined) return { kind: 'refused', reason: 'no_usable_key' };
  const body = JSON.stringify({ response_token: hmacText(X_SIGNATURE, key, token) });
  return { kind: 'answer', contentType: 'application/json', body };
}

/** Beside the events: who they are for, and tables of users and apps. */
const NOT_EVENTS = new Set(['for_user_id', 'user_has_blocked', 'users', 'apps', 'is_mention']);

function parse(rawBody: Uint8Array): ParsedWebhook {
  const read = bodyObject(rawBody);
  if (read.kind === 'fault') return { facts: [], faults: [read.fault] };
  const collector = new TellingCollector();
  const us = matching(read.body['for_user_id'], ID);
  for (const [name, events] of Object.entries(read.body)) {
    if (NOT_EVENTS.has(name)) continue;
    for (const event of Array.isArray(events) ? events : [events]) collector.add(event, readEvent(name, event, us));
  }
  return collector.told;
}

function readEvent(name: string, event: unknown, us: string | undefined): readonly Telling[] {
  if (!isRecord(event)) return [fault('not_an_object')];
  // Somebody is typing: means nothing and is said every few seconds.
  if (name === 'direct_message_indicate_typing_events') return [];
  if (name === 'direct_message_events' && event['type'] === 'message_create') return readMessage(event, us);
  if (name === 'direct_message_mark_read_events') return readReceipt(event, us);
  return other(name, event);
}

function readMessage(event: Json, us: string | undefined): readonly Telling[] {
  const message = record(event['message_create']);
  const occurredAt = instantOf(event['created_timestamp']);
  const from = matching(message['sender_id'], SCOPED_ID);
  if (!occurredAt) return [fault('timestamp_unreadable')];
  if (from === undefined || us === undefined) return [fault('party_missing')];
  // What we wrote ourselves, here or in the app, comes back: no fact about it, and surely no reply.
  if (from === us) return [];
  const said = record(message['message_data'])['text'];
  const text = typeof said === 'string' && said !== '' ? said : undefined;
  const providerEventId = matching(event['id'], ID) ?? `digest-${digestOf(JSON.stringify(event))}`;
  const inbound = { kind: 'message', ...OURS, providerEventId, occurredAt, from, to: us } as const;
  return [{ kind: 'inbound', inbound: { ...inbound, ...present('text', text) } }];
}

/**
 * They opened the conversation: everything we wrote until then was read. `inReplyTo` names the last message that is covered. The time of
 * the opening counts, not that of the last message: by our clock a message is later than by X's, and would miss its own receipt.
 */
function readReceipt(event: Json, us: string | undefined): readonly Telling[] {
  const occurredAt = instantOf(event['created_timestamp']);
  const from = matching(event['sender_id'], SCOPED_ID);
  if (!occurredAt) return [fault('timestamp_unreadable')];
  if (from === undefined || us === undefined) return [fault('party_missing')];
  if (from === us) return [];
  const last = matching(event['last_read_event_id'], ID);
  const providerEventId = `digest-${digestOf(JSON.stringify([us, from, last ?? occurredAt]))}`;
  const inbound = { kind: 'receipt', ...OURS, providerEventId, occurredAt, from, to: us } as const;
  const receipt = { fact: 'read', until: occurredAt } as const;
  return [{ kind: 'inbound', inbound: { ...inbound, receipt, ...present('inReplyTo', last) } }];
}

/** Posts, likes, followers: an account tells of everything it does. */
function other(name: string, event: Json): readonly Telling[] {
  const occurredAt =
    instantOf(event['created_timestamp']) ??
    instantOf(event['timestamp_ms']) ??
    ofSnowflake(event['id_str'] ?? event['id']);
  if (!occurredAt) return [fault('timestamp_unreadable')];
  const providerEventId = `digest-${digestOf(JSON.stringify(event))}`;
  return [
    { kind: 'fact', fact: { ...OURS, fact: 'other', unknownEvent: eventName(name), occurredAt, providerEventId } },
  ];
}

/** X's ids hold the millisecond they were made in, counted from their own epoch. */
function ofSnowflake(id: unknown): string | undefined {
  const text = matching(id, /^\d{15,20}$/);
  return text === undefined ? undefined : instantOf(String((BigInt(text) >> 22n) + 1_288_834_974_657n));
}
