import { createHash } from 'node:crypto';
import { isoInstant } from '../instant.reader.js';
import { matching, present, readRecord, type Json } from '../json.reading.js';
import type { ParsedFact, ParsedInbound, ParsedWebhook, WebhookParser } from '../webhook.parser.js';
import { BATCH_ID } from './textbee-outcome.policy.js';
import { meaningOf } from './textbee.facts.js';
import { verifyTextbee, verifyTextbeeHead } from './textbee.signature.js';

export interface TextbeeWebhookConfig {
  /** Milliseconds since the epoch: when an event that states no time was heard. Default the system clock. */
  readonly now?: () => number;
}

/**
 * Hears TextBee. Keys are signing secrets. It echoes nothing of ours: facts name their message by the batch that its call was
 * answered with. Whatever it is answered with 4xx it never sends again, so only what surely is forged may be.
 */
export function createTextbeeWebhook(config: TextbeeWebhookConfig = {}): WebhookParser {
  const now = config.now ?? Date.now;
  return {
    provider: 'textbee',
    channel: 'sms',
    verifyHead: verifyTextbeeHead,
    verify: verifyTextbee,
    parse: (rawBody) => parse(rawBody, new Date(now()).toISOString()),
    answers: { stored: { status: 200 }, forged: 401, notStored: 503 },
  };
}

function parse(rawBody: Uint8Array, heardAt: string): ParsedWebhook {
  const raw = Buffer.from(rawBody).toString('utf8');
  const fault = (code: string): ParsedWebhook => ({ facts: [], faults: [{ index: -1, code, raw }] });
  const body = readRecord(raw);
  if (!body) return fault('not_a_json_object');
  const payloadDigest = createHash('sha256').update(rawBody).digest('hex');
  // Made once per event and repeated with it; the bytes are, too.
  const providerEventId = matching(body['idempotencyKey'], /^[\w-]{1,100}$/) ?? `digest-${payloadDigest}`;
  if (body['webhookEvent'] === 'MESSAGE_RECEIVED') {
    const inbound = readInbound(body, { providerEventId, payloadDigest, heardAt });
    return inbound ? { facts: [], faults: [], inbound: [inbound] } : fault('sender_missing');
  }
  const meaning = meaningOf(body);
  if (!meaning) return fault('event_name_missing');
  const { at, ...said } = meaning;
  const fact: ParsedFact = {
    ...said,
    occurredAt: (at === undefined ? undefined : isoInstant(body[at])) ?? heardAt,
    providerEventId,
    payloadDigest,
    ...present('providerMessageId', matching(body['smsBatchId'], BATCH_ID)),
  };
  return { facts: [fact], faults: [] };
}

function readInbound(
  body: Json,
  { heardAt, ...common }: Pick<ParsedInbound, 'providerEventId' | 'payloadDigest'> & { readonly heardAt: string },
): ParsedInbound | undefined {
  const from = typeof body['sender'] === 'string' ? body['sender'].replace(/[\s()-]/g, '') : '';
  if (from === '' || from.length > 64) return undefined;
  const text = body['message'];
  return {
    kind: 'message',
    provider: 'textbee',
    channel: 'sms',
    ...common,
    occurredAt: isoInstant(body['receivedAt']) ?? heardAt,
    from,
    to: matching(body['deviceId'], /^[\w-]{1,64}$/) ?? 'device',
    ...present('text', typeof text === 'string' && text !== '' ? text : undefined),
  };
}
