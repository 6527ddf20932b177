import { chance, digestOf } from '../behaviour/chance.policy.js';
import type { PendingEvent } from '../webhooks/webhook.outbox.js';
import { graphPlay, type Json } from './graph.play.js';
import { momentOf, WORDS } from './reply.words.js';

const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** Whom a call writes to, if it is a text of allowed length. `lengthOf`: characters or bytes. */
function readText(body: Json, longest: number, lengthOf: (text: string) => number) {
  const { recipient, message } = body;
  const to = isRecord(recipient) ? recipient['id'] : undefined;
  const { text, metadata = '' } = isRecord(message) ? message : {};
  if (typeof to !== 'string' || typeof text !== 'string' || typeof metadata !== 'string') return { code: 100 };
  return text === '' || lengthOf(text) > longest ? { code: 100 } : { to, mark: metadata };
}

/** An event of an entry's `messaging`, between the page or account and the person. */
function entryOf(event: PendingEvent, sender: string, ours: boolean, said: object): object {
  const at = momentOf(event);
  const person = { id: event.line.to };
  const [from, to] = ours ? [{ id: sender }, person] : [person, { id: sender }];
  return { id: sender, time: at, messaging: [{ sender: from, recipient: to, timestamp: at, ...said }] };
}

const midOf = (seed: string, provider: string, ...parts: (string | number)[]) =>
  `m_${digestOf(seed, provider, ...parts).toString('base64url')}`;

/** Messenger: `MESSENGER_PAGE_TOKEN`, `META_APP_SECRET`. Half of the deliveries name the message; the watermark is there always. */
export const messengerPlay = graphPlay({
  provider: 'messenger',
  channel: 'facebook',
  prefix: 'messenger',
  token: 'MESSENGER_PAGE_TOKEN',
  appSecret: 'META_APP_SECRET',
  read: (body) =>
    body['messaging_type'] === 'RESPONSE' ? readText(body, 2_000, (text) => text.length) : { code: 100 },
  messageId: (seed, n) => midOf(seed, 'messenger', n),
  answer: ({ to, messageId }) => ({ recipient_id: to, message_id: messageId }),
  object: 'page',
  entry: (event, { seed, sender }) => {
    const { line, step, index } = event;
    const watermark = momentOf(event);
    const told = (said: object, ours = false) => entryOf(event, sender, ours, said);
    switch (step.fate) {
      case 'processed': {
        const mark = line.args['mark'] ? { metadata: line.args['mark'] } : {};
        return told({ message: { mid: line.messageId, is_echo: true, app_id: 1, text: '-', ...mark } }, true);
      }
      case 'delivered': {
        const mids = chance(seed, line.n, 'mids') < 0.5 ? { mids: [line.messageId] } : {};
        return told({ delivery: { ...mids, watermark } });
      }
      case 'read':
        return told({ read: { watermark } });
      default: {
        const text = WORDS[step.fate];
        if (text === undefined) return undefined;
        return told({ message: { mid: midOf(seed, 'messenger-inbound', line.n, index), text } });
      }
    }
  },
});

/** Instagram: `INSTAGRAM_ACCESS_TOKEN`, `INSTAGRAM_APP_SECRET`. Says that a message was seen, and never that it arrived. */
export const instagramPlay = graphPlay({
  provider: 'instagram',
  channel: 'instagram',
  prefix: 'instagram',
  token: 'INSTAGRAM_ACCESS_TOKEN',
  appSecret: 'INSTAGRAM_APP_SECRET',
  read: (body) => readText(body, 1_000, (text) => Buffer.byteLength(text)),
  messageId: (seed, n) => midOf(seed, 'instagram', n),
  answer: ({ to, messageId }) => ({ recipient_id: to, message_id: messageId }),
  object: 'instagram',
  entry: (event, { seed, sender }) => {
    const { line, step, index } = event;
    const mid = line.messageId;
    const told = (said: object, ours = false) => entryOf(event, sender === 'me' ? OURS : sender, ours, said);
    if (step.fate === 'processed') return told({ message: { mid, is_echo: true, text: '-' } }, true);
    if (step.fate === 'read') return told({ read: { mid } });
    const text = WORDS[step.fate];
    const answer = { mid: midOf(seed, 'instagram-inbound', line.n, index), text, reply_to: { mid } };
    return text === undefined ? undefined : told({ message: answer });
  },
});

/** The account that "me" is. */
const OURS = '17841400000000000';
