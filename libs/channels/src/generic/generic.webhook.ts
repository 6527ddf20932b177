import { createHash } from 'node:crypto';
import type { Channel } from '@homing/contracts';
import { isoInstant, unixInstant } from '../instant.reader.js';
import { attemptOf, OUR_ID } from '../echoed-ids.reader.js';
import { isRecord, matching, present, readRecord, type Json } from '../json.reading.js';
import { singleHeader } from '../single-header.reader.js';
import type { ParsedInbound, ParsedWebhook, ParseHead, WebhookParser } from '../webhook.parser.js';
import type { GenericChannel } from './generic.message.js';
import { MESSAGE_ID } from './generic-outcome.policy.js';
import { meaningOf, wordOf } from './generic.facts.js';
import { DEFAULT_TOLERANCE_SECONDS, verifyStandard, verifyStandardHead } from './generic.signature.js';

/** The words in the paths that generic providers report to. */
export const GENERIC_WEBHOOK_WORDS = ['email-delivery', 'sms-whatsapp-delivery', 'email-status'] as const;
export type GenericWebhookWord = (typeof GENERIC_WEBHOOK_WORDS)[number];

export interface GenericWebhookConfig {
  /** How far a signed timestamp may lie from now, in seconds. Default 300. A retry is signed anew. */
  readonly toleranceSeconds?: number;
}

/**
 * Hears whoever reports in the plain form `{message_id, event or status, timestamp, reason or bounce_reason, campaign_metadata}`,
 * signed as Standard Webhooks. Keys are its secrets (`whsec_...`).
 */
export function createGenericWebhook(word: GenericWebhookWord, config: GenericWebhookConfig = {}): WebhookParser {
  const tolerance = config.toleranceSeconds ?? DEFAULT_TOLERANCE_SECONDS;
  const email = word !== 'sms-whatsapp-delivery';
  return {
    provider: word,
    channel: email ? 'email' : 'sms',
    verifyHead: (head) => verifyStandardHead(head, tolerance),
    verify: (request) => verifyStandard(request, tolerance),
    parse: (rawBody, head) => parse(rawBody, head, email),
    answers: { stored: { status: 200 }, forged: 401, notStored: 503 },
  };
}

function parse(rawBody: Uint8Array, head: ParseHead | undefined, email: boolean): ParsedWebhook {
  const raw = Buffer.from(rawBody).toString('utf8');
  const fault = (code: string): ParsedWebhook => ({ facts: [], faults: [{ index: -1, code, raw }] });
  const body = readRecord(raw);
  if (!body) return fault('not_a_json_object');
  const occurredAt = isoInstant(body['timestamp']) ?? unixInstant(body['timestamp']);
  if (!occurredAt) return fault('timestamp_unreadable');
  const payloadDigest = createHash('sha256').update(rawBody).digest('hex');
  const metadata = isRecord(body['campaign_metadata']) ? body['campaign_metadata'] : {};
  const channel = email ? 'email' : numberChannel(body, metadata);
  const common = { ...named(channel), occurredAt, payloadDigest, providerEventId: eventId(head, payloadDigest) };
  if (wordOf(body) === 'received') {
    const inbound = readInbound(body, common);
    return inbound ? { facts: [], faults: [], inbound: [inbound] } : fault('address_missing');
  }
  const meaning = meaningOf(body);
  if (!meaning) return fault('event_name_missing');
  return {
    facts: [
      {
        ...common,
        ...meaning,
        ...present('providerMessageId', matching(body['message_id'], MESSAGE_ID)),
        ...present('deliveryId', matching(metadata['outreach_campaign_id'], OUR_ID)),
        ...present('attempt', attemptOf(metadata['attempt'])),
        ...present('tenantId', matching(metadata['business_id'], OUR_ID)),
      },
    ],
    faults: [],
  };
}

const named = (channel: GenericChannel): { readonly provider: string; readonly channel: Channel } => ({
  provider: `generic_${channel}`,
  channel,
});

/** As our metadata came back; else as it says itself. Nobody can read a text message: that is WhatsApp's word. */
function numberChannel(body: Json, metadata: Json): 'sms' | 'whatsapp' {
  const said = metadata['channel'] ?? body['channel'];
  if (said === 'sms' || said === 'whatsapp') return said;
  return wordOf(body) === 'read' ? 'whatsapp' : 'sms';
}

/** The id of the webhook, which every retry repeats. */
function eventId(head: ParseHead | undefined, payloadDigest: string): string {
  const id = head && singleHeader(head.headers, 'webhook-id');
  return matching(id, /^[\w-]{1,128}$/) ?? `digest-${payloadDigest}`;
}

/** `event: received`: what somebody wrote, `{from, to, text, subject?, in_reply_to?, automatic?}`. */
function readInbound(
  body: Json,
  common: Pick<ParsedInbound, 'provider' | 'channel' | 'occurredAt' | 'payloadDigest' | 'providerEventId'>,
): ParsedInbound | undefined {
  const from = addressOf(body['from'], common.channel);
  const to = addressOf(body['to'], common.channel);
  if (from === undefined || to === undefined) return undefined;
  const text = (name: string) => matching(body[name], /\S/);
  return {
    kind: 'message',
    ...common,
    from,
    to,
    ...present('subject', text('subject')),
    ...present('text', text('text')),
    ...present('inReplyTo', matching(body['in_reply_to'], MESSAGE_ID)),
    ...(body['automatic'] === true ? { automatic: true } : {}),
  };
}

function addressOf(value: unknown, channel: Channel): string | undefined {
  const address = matching(value, /^\S{1,254}$/);
  return channel === 'email' ? address?.toLowerCase() : address;
}
