import { chance, digestOf } from '../behaviour/chance.policy.js';
import { personaOf, type Fate } from '../personas/persona.policy.js';
import type { PendingEvent } from '../webhooks/webhook.outbox.js';
import type { ProviderPlay } from '../provider.play.js';
import { graphPlay, type GraphPlay, type Json } from './graph.play.js';
import { askWhoIsThere } from './registration.js';
import { momentOf, WORDS } from './reply.words.js';

const LONGEST_TEXT = 4_096;

/** WhatsApp Cloud API: `WHATSAPP_ACCESS_TOKEN`, `META_APP_SECRET`. With `WEBHOOK_URL` and `META_VERIFY_TOKEN` it asks the address who it is. */
export const whatsappCloudPlay: ProviderPlay = {
  ...graphPlay(play()),
  listen: async ({ board, secret, report }) => {
    const [base, token] = [secret('SIMULATOR_WEBHOOK_URL') ?? secret('WEBHOOK_URL'), secret('META_VERIFY_TOKEN')];
    if (!base || !token) return { close: () => Promise.resolve() };
    const expected = String(digestOf(board.seed, 'challenge').readUInt32BE(0));
    const query = new URLSearchParams({
      'hub.mode': 'subscribe',
      'hub.verify_token': token,
      'hub.challenge': expected,
    });
    const url = `${base.replace(/\/$/, '')}/webhooks/meta?${query.toString()}`;
    return askWhoIsThere({ provider: 'whatsapp_cloud', url, expected, report });
  },
};

function play(): GraphPlay {
  return {
    provider: 'whatsapp_cloud',
    channel: 'whatsapp',
    prefix: 'whatsapp',
    token: 'WHATSAPP_ACCESS_TOKEN',
    appSecret: 'META_APP_SECRET',
    read: (body) => {
      const { messaging_product: product, to, biz_opaque_callback_data: mark = '' } = body;
      if (product !== 'whatsapp' || typeof to !== 'string' || typeof mark !== 'string' || mark.length > 512)
        return { code: 100 };
      if (!/^\+?\d{7,15}$/.test(to)) return { code: 131026 };
      return faultOf(body) ?? { to, mark };
    },
    messageId: (seed, n, to) => wamid(to, digestOf(seed, 'whatsapp', n)),
    answer: ({ to, messageId }) => ({
      messaging_product: 'whatsapp',
      contacts: [{ input: to, wa_id: waIdOf(to) }],
      messages: [{ id: messageId, message_status: 'accepted' }],
    }),
    object: 'whatsapp_business_account',
    entry: (event, { seed, sender }) => {
      const value = valueOf(event, seed, sender);
      if (!value) return undefined;
      const metadata = { display_phone_number: '15005550000', phone_number_id: sender };
      const field = 'user_preferences' in value ? 'user_preferences' : 'messages';
      return {
        id: '419000000000000',
        changes: [{ field, value: { messaging_product: 'whatsapp', metadata, ...value } }],
      };
    },
  };
}

function faultOf({ type, text, template }: Json): { code: number } | undefined {
  if (type === 'text') {
    const { body } = (text ?? {}) as { body?: unknown };
    return typeof body === 'string' && body !== '' && body.length <= LONGEST_TEXT ? undefined : { code: 100 };
  }
  const { name, language } = (template ?? {}) as { name?: unknown; language?: { code?: unknown } };
  if (type !== 'template' || typeof name !== 'string') return { code: 100 };
  return typeof language?.code === 'string' ? undefined : { code: 132001 };
}

/** Somebody who reads at once: then "delivered" is never said. */
const readsAtOnce = ({ line }: PendingEvent, seed: string): boolean =>
  personaOf(line.to).has('reads') && chance(seed, line.n, 'reads-at-once') < 0.5;

const FAILURES: Readonly<Partial<Record<Fate, number>>> = {
  'bounced-hard': 131026,
  'bounced-soft': 131026,
  undelivered: 131026,
  failed: 131000,
  dropped: 131050,
};
const STATES: Readonly<Partial<Record<Fate, string>>> = { processed: 'sent', delivered: 'delivered', read: 'read' };

function valueOf(event: PendingEvent, seed: string, sender: string): object | undefined {
  const { line, step, index } = event;
  const { fate } = step;
  const timestamp = String(Math.floor(momentOf(event) / 1000));
  const person = waIdOf(line.to);
  const failure = FAILURES[fate];
  const state = failure === undefined ? STATES[fate] : 'failed';
  if (state !== undefined) {
    if (state === 'delivered' && readsAtOnce(event, seed)) return undefined;
    const errors = failure === undefined ? {} : { errors: [{ code: failure, title: 'as ordered' }] };
    const mark = line.args['mark'] ? { biz_opaque_callback_data: line.args['mark'] } : {};
    return { statuses: [{ id: line.messageId, status: state, timestamp, recipient_id: person, ...mark, ...errors }] };
  }
  if (fate === 'unsubscribed')
    return { user_preferences: [{ wa_id: person, category: 'marketing_messages', value: 'stop', timestamp }] };
  const body = WORDS[fate];
  if (body === undefined) return undefined;
  const id = wamid(line.to, digestOf(seed, 'whatsapp-inbound', line.n, index));
  const context = { from: sender, id: line.messageId };
  return { messages: [{ context, from: person, id, timestamp, type: 'text', text: { body } }] };
}

/** As Meta keeps Brazilian mobile numbers of before the ninth digit: without it. */
const waIdOf = (number: string): string => digits(number).replace(/^(55\d\d)9(\d{8})$/, '$1$2');

const digits = (number: string): string => number.replace(/\D/g, '');

/** As Meta makes them: the number stands in it, in base64. */
function wamid(number: string, random: Buffer): string {
  const id = random.toString('hex').toUpperCase().slice(0, 18);
  const text = digits(number);
  const bytes = [
    Buffer.from([0x1c, 0x18, text.length]),
    Buffer.from(text),
    Buffer.from([0x15, 2, 0, 0x11, 0x18, 0x12]),
  ];
  return `wamid.${Buffer.concat([...bytes, Buffer.from(id), Buffer.from([0])]).toString('base64')}`;
}
