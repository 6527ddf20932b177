import { createHash } from 'node:crypto';
import { attemptOf, OUR_ID } from '../echoed-ids.reader.js';
import { matching, present, readRecord } from '../json.reading.js';
import type { ParsedFact, ParsedWebhook, ParseHead, WebhookParser } from '../webhook.parser.js';
import { formOf } from './twilio.form.js';
import { readInbound, whoseMessage, type TwilioFields } from './twilio.inbound.js';
import { meaningOfStatus } from './twilio.facts.js';
import { MESSAGE_SID } from './twilio-outcome.policy.js';
import { verifyTwilio, verifyTwilioHead } from './twilio.signature.js';

export interface TwilioWebhookConfig {
  /** Milliseconds since the epoch. Twilio states no time: a fact happened when it was heard. Default the system clock. */
  readonly now?: () => number;
}

/**
 * Hears status callbacks and incoming messages, SMS and WhatsApp alike: which it is, the addresses say. Keys are auth tokens.
 * Needs the public address of each call (`WebhookRequest.url`): the signature covers it, and the ids of ours stand in its query.
 */
export function createTwilioWebhook(config: TwilioWebhookConfig = {}): WebhookParser {
  const now = config.now ?? Date.now;
  return {
    provider: 'twilio',
    channel: 'sms',
    verifyHead: verifyTwilioHead,
    verify: verifyTwilio,
    parse: (rawBody, head) => parse(rawBody, head, new Date(now()).toISOString()),
    // TwiML that says nothing: anything else would be sent to whoever wrote.
    answers: {
      stored: { status: 200, contentType: 'text/xml', body: '<?xml version="1.0" encoding="UTF-8"?><Response/>' },
      forged: 403,
      notStored: 503,
    },
  };
}

function parse(rawBody: Uint8Array, head: ParseHead | undefined, at: string): ParsedWebhook {
  const raw = Buffer.from(rawBody).toString('utf8');
  const fault = (code: string): ParsedWebhook => ({ facts: [], faults: [{ index: -1, code, raw }] });
  const fields = fieldsOf(rawBody, raw);
  if (!fields) return fault('not_a_form');
  const sid = matching(fields['MessageSid'] ?? fields['SmsSid'], MESSAGE_SID);
  if (!sid) return fault('message_sid_missing');
  const whose = whoseMessage(fields);
  if (!whose) return fault('channel_not_served');
  const status = fields['MessageStatus'] ?? fields['SmsStatus'];
  const payloadDigest = createHash('sha256').update(rawBody).digest('hex');
  const common = { ...whose, occurredAt: at, payloadDigest, providerEventId: `${sid}:${status ?? ''}` };
  if (status === 'received' || status === 'receiving') {
    const inbound = readInbound(fields, { ...common, providerEventId: `${sid}:received` });
    return inbound ? { facts: [], faults: [], inbound: [inbound] } : fault('address_missing');
  }
  const meaning = status === undefined ? undefined : meaningOfStatus(status, fields['ErrorCode']);
  if (!meaning) return fault('status_missing');
  const fact: ParsedFact = { ...common, ...meaning, providerMessageId: sid, ...idsOf(head) };
  return { facts: [fact], faults: [] };
}

/** What the message that is reported on was given of ours, out of the query of the address that was called. */
function idsOf(head: ParseHead | undefined): Pick<ParsedFact, 'deliveryId' | 'attempt' | 'tenantId'> {
  const query = head?.url !== undefined && URL.canParse(head.url) ? new URL(head.url).searchParams : undefined;
  const one = (name: string) => (query?.getAll(name).length === 1 ? query.get(name) : undefined);
  return {
    ...present('deliveryId', matching(one('d'), OUR_ID)),
    ...present('attempt', attemptOf(one('a'))),
    ...present('tenantId', matching(one('t'), OUR_ID)),
  };
}

/** The form, or the flat JSON object that may stand in its place; a field with several values has none. */
function fieldsOf(rawBody: Uint8Array, text: string): TwilioFields | undefined {
  const found = text.trimStart().startsWith('{') ? readRecord(text) : formOf(rawBody);
  if (!found) return undefined;
  const single = Object.entries(found).filter(([, value]) => typeof value === 'string');
  return Object.assign(Object.create(null), Object.fromEntries(single)) as TwilioFields;
}
