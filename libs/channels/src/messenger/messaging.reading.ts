import { isRecord, list, matching, present, record, type Json } from '../json.reading.js';
import { attemptOfMark } from '../meta/attempt.mark.js';
import { MID, SCOPED_ID } from '../scoped-id.policy.js';
import type { ParsedFact } from '../webhook.parser.js';
import { digestOf, eventName, fault, instantOf, type Telling } from '../webhook.element.js';

/** Messenger and Instagram speak the same language; who is speaking stands at the top of the body. */
export type Messaging =
  | { readonly provider: 'messenger'; readonly channel: 'facebook' }
  | { readonly provider: 'instagram'; readonly channel: 'instagram' };

interface Head {
  readonly of: Messaging;
  readonly from: string;
  readonly to: string;
  readonly occurredAt: string;
}

/** Names under which an entry's changes carry the same events (Instagram login). */
const AS_CHANGES = new Set(['messages', 'messaging_seen', 'messaging_postbacks', 'message_reactions']);

/** What one entry of a page or an account tells, event by event. */
export function* readEntry(entry: Json, of: Messaging): Iterable<readonly [unknown, readonly Telling[]]> {
  const { time } = entry;
  for (const event of list(entry['messaging'])) yield [event, readEvent(event, of, time)];
  for (const change of list(entry['changes'])) {
    const { field, value } = record(change);
    const isEvent = typeof field === 'string' && AS_CHANGES.has(field) && isRecord(value);
    yield [change, isEvent ? readEvent(value, of, time) : other(of, eventName(field), instantOf(time), change)];
  }
  for (const event of list(entry['standby'])) yield [event, other(of, 'standby', instantOf(time), event)];
}

function readEvent(event: unknown, of: Messaging, time: unknown): readonly Telling[] {
  if (!isRecord(event)) return [fault('not_an_object')];
  // A delivery has no time of its own: that of its watermark, or of the entry.
  const watermark = record(event['delivery'] ?? event['read'])['watermark'];
  const occurredAt = instantOf(event['timestamp']) ?? instantOf(watermark) ?? instantOf(time);
  if (!occurredAt) return [fault('timestamp_unreadable')];
  const from = matching(record(event['sender'])['id'], SCOPED_ID);
  const to = matching(record(event['recipient'])['id'], SCOPED_ID);
  if (from === undefined || to === undefined) return [fault('party_missing')];
  const head: Head = { of, from, to, occurredAt };
  const { message, delivery, read, postback, reaction } = event;
  if (isRecord(message)) return readMessage(message, head);
  if (isRecord(delivery)) return [...delivered(delivery, head), ...receipt('delivered', delivery['watermark'], head)];
  if (isRecord(read)) return [...seen(read, head), ...receipt('read', read['watermark'], head)];
  if (isRecord(postback)) return [written(head, event, { id: postback['mid'], text: postback['title'] })];
  if (isRecord(reaction)) return other(of, 'reaction', occurredAt, event, matching(reaction['mid'], MID));
  const name = Object.keys(event).find((key) => !['sender', 'recipient', 'timestamp'].includes(key));
  return other(of, eventName(name), occurredAt, event);
}

function readMessage(message: Json, head: Head): readonly Telling[] {
  if (message['is_echo'] === true) return echo(message, head);
  const { of, occurredAt } = head;
  if (message['is_deleted'] === true) return other(of, 'message_deleted', occurredAt, message);
  const answered = matching(record(message['reply_to'])['mid'], MID);
  return [written(head, message, { id: message['mid'], text: message['text'], ...present('answered', answered) })];
}

/** Our own words come back. Of use only where they name our attempt: then a call whose end nobody knows was taken. */
function echo(message: Json, { of, occurredAt }: Head): readonly Telling[] {
  const attempt = attemptOfMark(message['metadata']);
  const mid = matching(message['mid'], MID);
  if (!attempt || mid === undefined) return [];
  const fact = { ...of, fact: 'sent', occurredAt, providerEventId: `${mid}:sent`, providerMessageId: mid } as const;
  return [{ kind: 'fact', fact: { ...fact, ...attempt } }];
}

function written(
  { of, from, to, occurredAt }: Head,
  element: unknown,
  said: { readonly id: unknown; readonly text: unknown; readonly answered?: string },
): Telling {
  const providerEventId = matching(said.id, MID) ?? `digest-${digestOf(JSON.stringify(element))}`;
  const text = typeof said.text === 'string' && said.text !== '' ? said.text : undefined;
  const inReplyTo = present('inReplyTo', said.answered);
  const inbound = { kind: 'message', ...of, providerEventId, occurredAt, from, to } as const;
  return { kind: 'inbound', inbound: { ...inbound, ...present('text', text), ...inReplyTo } };
}

/** Messenger names messages that arrived, when it likes to; the watermark is there always. */
const delivered = (delivery: Json, { of, occurredAt }: Head): readonly Telling[] =>
  list(delivery['mids']).map((id) => {
    const mid = matching(id, MID);
    if (mid === undefined) return fault('message_id_unreadable');
    return { kind: 'fact', fact: ofMessage(of, 'delivered', mid, occurredAt) };
  });

/** Instagram names the message that was seen. */
function seen(read: Json, { of, occurredAt }: Head): readonly Telling[] {
  const mid = matching(read['mid'], MID);
  if (mid !== undefined) return [{ kind: 'fact', fact: ofMessage(of, 'read', mid, occurredAt) }];
  return read['watermark'] === undefined ? [fault('message_id_unreadable')] : [];
}

const ofMessage = (of: Messaging, fact: 'delivered' | 'read', mid: string, occurredAt: string) =>
  ({ ...of, fact, occurredAt, providerEventId: `${mid}:${fact}`, providerMessageId: mid }) as const;

/** Everything we wrote to this person until the watermark; told again and again, under a key that names nobody. */
function receipt(fact: 'delivered' | 'read', watermark: unknown, { of, from, to, occurredAt }: Head): Telling[] {
  if (watermark === undefined) return [];
  const until = instantOf(watermark);
  if (until === undefined) return [fault('watermark_unreadable')];
  const providerEventId = `digest-${digestOf(JSON.stringify([of.provider, to, from, fact, until]))}`;
  const inbound = { kind: 'receipt', ...of, providerEventId, occurredAt, from, to, receipt: { fact, until } } as const;
  return [{ kind: 'inbound', inbound }];
}

function other(
  of: Messaging,
  unknownEvent: string,
  occurredAt: string | undefined,
  ...[element, mid]: readonly [unknown, string?]
): readonly Telling[] {
  if (!occurredAt) return [fault('timestamp_unreadable')];
  const providerEventId = `digest-${digestOf(JSON.stringify(element) ?? '')}`;
  const fact: Omit<ParsedFact, 'payloadDigest'> = { ...of, fact: 'other', unknownEvent, occurredAt, providerEventId };
  return [{ kind: 'fact', fact: { ...fact, ...present('providerMessageId', mid) } }];
}
