import { createHmac } from 'node:crypto';
import { digestOf } from '../behaviour/chance.policy.js';
import type { ProviderPlay, WebhookTarget } from '../provider.play.js';
import { askWhoIsThere } from '../meta/registration.js';
import { momentOf, WORDS } from '../meta/reply.words.js';
import { hasToken, jsonBody, takeOne } from '../server/one-message.call.js';
import { httpPost } from '../webhooks/http.post.js';
import type { PendingEvent, Post } from '../webhooks/webhook.outbox.js';

const PATH = /^\/x\/2\/dm_conversations\/with\/([^/]+)\/messages$/;
const LONGEST_TEXT = 10_000;
/** Whose account it is where `X_USER_ID` names nobody. */
const US = '1000000000000000000';

/** X's direct messages: `X_ACCESS_TOKEN`, `X_CONSUMER_SECRET` (the first of several signs), `X_USER_ID`. With `WEBHOOK_URL` it asks the address who it is. */
export const xDmPlay: ProviderPlay = {
  provider: 'x_dm',
  routes: (parts) => ({
    provider: 'x_dm',
    handles: (path) => path.startsWith('/x/'),
    handle: async (exchange) => {
      const to = decoded(PATH.exec(exchange.path)?.[1] ?? '');
      if (to === '' || exchange.method !== 'POST') return exchange.json(404, problem(404));
      const { text } = await jsonBody(exchange);
      if (!hasToken(exchange, parts.secret('X_ACCESS_TOKEN'))) return exchange.json(401, problem(401));
      const isText = typeof text === 'string' && text !== '' && text.length <= LONGEST_TEXT;
      const named = { deliveryId: null, attempt: null, idempotencyKey: null, args: {} };
      return takeOne(exchange, 'x_dm', {
        ...parts,
        reading: isText ? { provider: 'x_dm', channel: 'twitter', to, ...named } : { status: 400, body: problem(400) },
        key: to,
        refusal: problem,
        messageId: (n) => eventId(parts.board.seed, n),
        answer: ({ messageId }) => ({
          status: 201,
          body: { data: { dm_conversation_id: `${US}-${to}`, dm_event_id: messageId } },
        }),
      });
    },
  }),
  post: (target) => postOf(target),
  listen: async ({ board, secret, report }) => {
    const [base, key] = [secret('SIMULATOR_WEBHOOK_URL') ?? secret('WEBHOOK_URL'), secret('X_CONSUMER_SECRET')];
    if (!base || !key) return { close: () => Promise.resolve() };
    const token = digestOf(board.seed, 'crc').toString('base64url');
    const signature = createHmac('sha256', key.split(',')[0]?.trim() ?? '')
      .update(token)
      .digest('base64');
    const expected = JSON.stringify({ response_token: `sha256=${signature}` });
    const url = `${base.replace(/\/$/, '')}/webhooks/x?crc_token=${token}`;
    return askWhoIsThere({ provider: 'x_dm', url, expected, report });
  },
};

const TITLES: Readonly<Record<number, string>> = { 401: 'Unauthorized', 403: 'Forbidden', 429: 'Too Many Requests' };

const problem = (status: number) => ({
  title: TITLES[status] ?? 'As Ordered',
  detail: 'as ordered',
  type: 'about:blank',
  status,
});

/** Digits only, as X's ids are. */
const eventId = (seed: string, ...parts: (string | number)[]): string =>
  String(digestOf(seed, 'x', ...parts).readBigUInt64BE(0) % 9_000_000_000_000_000_000n);

function postOf({ url, seed, secret }: WebhookTarget): Post {
  const key = secret('X_CONSUMER_SECRET')?.split(',')[0]?.trim();
  const us = secret('X_USER_ID') ?? US;
  return (events, unsigned) => {
    const told = events.map((event) => tellingOf(event, seed, us)).filter((each) => each !== undefined);
    if (told.length === 0) return () => Promise.resolve(204);
    const lists: Record<string, object[]> = {};
    for (const [name, event] of told) (lists[name] ??= []).push(event);
    const body = Buffer.from(JSON.stringify({ for_user_id: us, ...lists }));
    const signature = createHmac('sha256', key ?? '')
      .update(body)
      .digest('base64');
    const signed: Record<string, string> =
      key && !unsigned ? { 'x-twitter-webhooks-signature': `sha256=${signature}` } : {};
    return () =>
      httpPost(`${url.replace(/\/$/, '')}/webhooks/x`, body, { 'content-type': 'application/json', ...signed });
  };
}

/** The list an event stands in, and the event; our own messages come back, too. Undefined: X has no word for it. */
function tellingOf(event: PendingEvent, seed: string, us: string): readonly [string, object] | undefined {
  const { line, step, index } = event;
  const created_timestamp = String(momentOf(event));
  const message = (id: string, from: string, to: string, text: string) =>
    [
      'direct_message_events',
      {
        type: 'message_create',
        id,
        created_timestamp,
        message_create: { sender_id: from, target: { recipient_id: to }, message_data: { text } },
      },
    ] as const;
  const person = line.to;
  if (step.fate === 'processed') return message(line.messageId, us, person, '-');
  if (step.fate === 'read') {
    const read = { created_timestamp, sender_id: person, target: { recipient_id: us } };
    return ['direct_message_mark_read_events', { ...read, last_read_event_id: line.messageId }];
  }
  const text = WORDS[step.fate];
  return text === undefined ? undefined : message(eventId(seed, 'inbound', line.n, index), person, us, text);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
