import { isRecord, list, present, record, type Json } from '../json.reading.js';
import { attemptOfMark, checkOfMark } from '../meta/attempt.mark.js';
import { meaningOfCode } from '../meta/graph.codes.js';
import type { ParsedFact, ParsedInbound } from '../webhook.parser.js';
import { digestOf, eventName, fault, instantOf, type Telling } from '../webhook.element.js';
import { numberCheck } from './number.check.js';
import { idOfWamid } from './wamid.digest.js';

const OURS = { provider: 'whatsapp_cloud', channel: 'whatsapp' } as const;

/** One `change` of a WhatsApp webhook and what its elements tell. `time` is the entry's, for what has none of its own. */
export function* readChange(change: unknown, time: unknown): Iterable<readonly [unknown, readonly Telling[]]> {
  if (!isRecord(change)) return yield [change, [fault('not_an_object')]];
  const { field } = change;
  const value = record(change['value']);
  if (field === 'user_preferences') return yield* preferences(value);
  if (field !== 'messages') return yield [change, other(eventName(field), instantOf(time))];
  const to = phoneNumberId(value);
  for (const status of list(value['statuses'])) yield [status, [...readStatus(status), ...readAlias(status, to)]];
  for (const message of list(value['messages'])) yield [message, readMessage(message, to)];
  for (const error of list(value['errors'])) yield [error, other('errors', instantOf(time))];
}

const FACTS = { sent: 'sent', delivered: 'delivered', read: 'read', failed: 'failed' } as const;

/** `read` comes without `delivered` where it was read at once; what follows from that is not decided here. */
function readStatus(status: unknown): readonly Telling[] {
  if (!isRecord(status)) return [fault('not_an_object')];
  const { status: name, timestamp } = status;
  if (typeof name !== 'string' || name === '') return [fault('event_name_missing')];
  const occurredAt = instantOf(timestamp);
  if (!occurredAt) return [fault('timestamp_unreadable')];
  const id = idOfWamid(status['id']);
  const key = `${id ?? `digest-${digestOf(JSON.stringify(status))}`}:${eventName(name)}:${String(timestamp)}`;
  const known = Object.hasOwn(FACTS, name) ? FACTS[name as keyof typeof FACTS] : undefined;
  const fact: Omit<ParsedFact, 'payloadDigest'> = {
    ...OURS,
    ...(known ? { fact: known } : { fact: 'other', unknownEvent: eventName(name) }),
    ...(known === 'failed' ? failureOf(status) : {}),
    occurredAt,
    providerEventId: key,
    ...present('providerMessageId', id),
    ...attemptOfMark(status['biz_opaque_callback_data']),
  };
  return [{ kind: 'fact', fact }];
}

/**
 * That a message reached its person under another number than it was sent to (Meta keeps some countries' numbers in another form): they
 * will answer from that one. The same for every status of an attempt.
 */
function readAlias(status: unknown, to: string | undefined): readonly Telling[] {
  const said = record(status);
  const mark = said['biz_opaque_callback_data'];
  const [ours, check] = [attemptOfMark(mark), checkOfMark(mark)];
  const [from, occurredAt] = [numberOf(said['recipient_id']), instantOf(said['timestamp'])];
  const reached = said['status'] === 'sent' || said['status'] === 'delivered' || said['status'] === 'read';
  if (!reached || !ours || !from || !to || !occurredAt) return [];
  const { deliveryId, attempt } = ours;
  if (check === undefined || check === numberCheck(deliveryId, from)) return [];
  const providerEventId = `alias:${deliveryId}:${attempt}`;
  const inbound = { kind: 'alias', ...OURS, providerEventId, occurredAt, from, to } as const;
  return [{ kind: 'inbound', inbound: { ...inbound, reached: { deliveryId, attempt } } }];
}

/** `hard`: the same message would fail alike. What is not listed may be tried again. */
function failureOf(status: Json): Pick<ParsedFact, 'code' | 'subtype'> {
  const { code } = record(list(status['errors'])[0]);
  if (typeof code !== 'number' || !Number.isInteger(code)) return { code: 'unstated' };
  const meaning = meaningOfCode(code);
  if (!meaning) return { code: `meta_${code}` };
  const final = meaning.class === 'permanent' || meaning.class === 'suppressed';
  return { code: meaning.code, ...(final ? { subtype: 'hard' } : {}) };
}

/** Whatever somebody sent us, also what has no text: a picture is an answer, too. */
function readMessage(message: unknown, to: string | undefined): readonly Telling[] {
  if (!isRecord(message)) return [fault('not_an_object')];
  const occurredAt = instantOf(message['timestamp']);
  if (!occurredAt) return [fault('timestamp_unreadable')];
  const from = numberOf(message['from']);
  if (from === undefined || to === undefined) return [fault('party_missing')];
  const { type } = message;
  const answered = idOfWamid(record(message['context'])['id'] ?? record(message['reaction'])['message_id']);
  const inbound: Omit<ParsedInbound, 'payloadDigest'> = {
    kind: 'message',
    ...OURS,
    providerEventId: idOfWamid(message['id']) ?? `digest-${digestOf(JSON.stringify(message))}`,
    occurredAt,
    from,
    to,
    ...present('text', textOf(message)),
    ...present('inReplyTo', answered),
    // WhatsApp speaks of a changed number in the person's name.
    ...(type === 'system' ? { automatic: true } : {}),
  };
  return [{ kind: 'inbound', inbound }];
}

/** What the person said in words, wherever the kind of message keeps it. */
function textOf(message: Json): string | undefined {
  const { type } = message;
  const part = record(typeof type === 'string' ? message[type] : undefined);
  const reply = record(part['button_reply'] ?? part['list_reply']);
  const said = [part['body'], part['text'], part['caption'], part['emoji'], reply['title']];
  return said.find((text): text is string => typeof text === 'string' && text !== '');
}

/** "Stop" and "resume" of marketing messages in WhatsApp's own settings. */
function* preferences(value: Json): Iterable<readonly [unknown, readonly Telling[]]> {
  const to = phoneNumberId(value);
  for (const preference of list(value['user_preferences'])) {
    const said = record(preference);
    const occurredAt = instantOf(said['timestamp']);
    const from = numberOf(said['wa_id']);
    const keyword = said['value'] === 'stop' ? 'stop' : said['value'] === 'resume' ? 'start' : undefined;
    if (!occurredAt || from === undefined || to === undefined || !keyword) {
      yield [preference, [fault('preference_unreadable')]];
      continue;
    }
    const providerEventId = `digest-${digestOf(JSON.stringify(preference))}`;
    const inbound = { kind: 'message', ...OURS, providerEventId, occurredAt, from, to, keyword } as const;
    yield [preference, [{ kind: 'inbound', inbound }]];
  }
}

function other(unknownEvent: string, occurredAt: string | undefined): readonly Telling[] {
  if (!occurredAt) return [fault('timestamp_unreadable')];
  const providerEventId = `${unknownEvent}:${occurredAt}`;
  return [{ kind: 'fact', fact: { ...OURS, fact: 'other', unknownEvent, occurredAt, providerEventId } }];
}

const phoneNumberId = (value: Json): string | undefined => {
  const id = record(value['metadata'])['phone_number_id'];
  return typeof id === 'string' && /^\d{1,32}$/.test(id) ? id : undefined;
};

/** A `wa_id` is a number without its plus. */
const numberOf = (waId: unknown): string | undefined =>
  typeof waId === 'string' && /^[1-9]\d{6,14}$/.test(waId) ? `+${waId}` : undefined;
