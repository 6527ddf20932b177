import { timingSafeEqual } from 'node:crypto';
import { within } from '../behaviour/behaviour.js';
import { chance, digestOf } from '../behaviour/chance.policy.js';
import { throttleHeaders } from '../behaviour/verdict.policy.js';
import type { Acceptance } from '../ledger/ledger.js';
import type { PlayParts } from '../provider.play.js';
import type { Exchange, ProviderRoutes } from '../server/exchange.js';
import { admitted, concluded } from '../server/verdict.answer.js';
import { mailgunEvent } from './mailgun.events.js';
import { readFields, readMessages, type MailgunMessage } from './mailgun.form.js';

const PATH = /^\/v3\/([a-z0-9-]+(?:\.[a-z0-9-]+)+)\/(messages|events)$/i;
const LARGEST_BODY = 25 * 1024 * 1024;
const LARGEST_PAGE = 300;

/** Mailgun's `POST /v3/{domain}/messages` and `GET /v3/{domain}/events` (by tags). Elsewhere it says what it is. */
export function mailgunRoutes(parts: PlayParts): ProviderRoutes {
  return {
    provider: 'mailgun',
    handles: (path) => /^\/v3\/[^/]*\./.test(path),
    handle: async (exchange) => {
      const body = await exchange.body(LARGEST_BODY);
      if (!isAuthorized(exchange.headers['authorization'], parts.secret('MAILGUN_API_KEY')))
        return exchange.answer(401, 'Forbidden', { 'content-type': 'text/plain' });
      const [, domain = '', what] = PATH.exec(exchange.path) ?? [];
      if (what === undefined) return exchange.answer(404, 'Mailgun Magnificent API', { 'content-type': 'text/plain' });
      if (what === 'events') return listEvents(exchange, parts);
      if (exchange.method !== 'POST') return exchange.json(405, { message: 'Method Not Allowed' });
      if (!body) return exchange.json(413, { message: 'Request Entity Too Large' });
      const fields = await readFields(body, exchange.headers['content-type'] ?? '');
      return send(exchange, fields ? readMessages(fields) : 'unreadable form', { ...parts, domain });
    },
  };
}

async function send(
  exchange: Exchange,
  read: readonly MailgunMessage[] | string,
  { board, now, ledger, accepted, domain }: PlayParts & { readonly domain: string },
): Promise<void> {
  const messages = typeof read === 'string' ? [] : read;
  const key = messages.map(({ to, args }) => `${args['op_delivery_id'] ?? to}:${args['op_attempt'] ?? ''}`).join(',');
  const admission = await admitted(exchange, { board, now, provider: 'mailgun', key }, refusals(exchange));
  if (!admission) return;
  if (typeof read === 'string') return exchange.json(400, { message: read });
  const queued = (id: string) => exchange.json(200, { id: `<${id}>`, message: 'Queued. Thank you.' });
  if (read[0]?.test) return queued(`test-mode@${domain}`);
  const lines = await ledger.accept(read.map(acceptance), (n) => `${messageId(board.seed, n)}@${domain}`);
  for (const line of lines) accepted(line);
  await concluded(exchange, admission, () => queued(lines[0]?.messageId ?? ''));
}

const refusals = (exchange: Exchange) => ({
  error: (status: number) =>
    status === 401
      ? exchange.answer(401, 'Forbidden', { 'content-type': 'text/plain' })
      : exchange.json(status, { message: 'an error as ordered' }),
  throttled: (headers: Record<string, string>) =>
    exchange.answer(429, JSON.stringify({ message: 'Too Many Requests' }), {
      'content-type': 'application/json',
      ...headers,
    }),
});

/** Of the filters only `tags`. An `accepted` event stands for each message, once it shows. */
async function listEvents(exchange: Exchange, { board, now, ledger }: PlayParts): Promise<void> {
  const { activity, throttle } = board.of('mailgun');
  if (!activity.allowed) return exchange.answer(401, 'Forbidden', { 'content-type': 'text/plain' });
  if (board.overMinute('mailgun.events', activity.perMinute)) {
    const headers = { 'content-type': 'application/json', ...throttleHeaders(throttle, now()) };
    return exchange.answer(429, JSON.stringify({ message: 'Too Many Requests' }), headers);
  }
  const { searchParams } = exchange.url;
  const limit = Number(searchParams.get('limit') ?? '100');
  if (!(limit >= 1 && limit <= LARGEST_PAGE)) return exchange.json(400, { message: 'limit: 1 to 300' });
  const tag = searchParams.get('tags');
  const items: object[] = [];
  for await (const line of ledger.after(0)) {
    if (line.provider !== 'mailgun' || items.length >= limit) continue;
    const shows = Date.parse(line.at) + within(activity.delayMs, chance(board.seed, line.n, 'activity')) <= now();
    if (!shows || (tag !== null && !(line.args['o:tag'] ?? '').split(',').includes(tag))) continue;
    const accepted = mailgunEvent(board.seed, { line, step: { fate: 'processed', afterMs: 0 }, index: 0 });
    if (accepted) items.push(accepted);
  }
  exchange.json(200, { items, paging: {} });
}

const messageId = (seed: string, n: number) => digestOf(seed, 'mailgun', n).toString('hex').slice(0, 24);

function acceptance({ to, args }: MailgunMessage): Acceptance {
  const attempt = Number(args['op_attempt']);
  const named = { deliveryId: args['op_delivery_id'] ?? null, attempt: attempt > 0 ? attempt : null };
  return { provider: 'mailgun', channel: 'email', to, ...named, idempotencyKey: null, args };
}

/** `Basic base64("api:" + key)`. */
function isAuthorized(header: string | undefined, apiKey: string | undefined): boolean {
  const text = Buffer.from(/^Basic (\S+)$/.exec(header ?? '')?.[1] ?? '', 'base64').toString();
  const given = /^api:(.+)$/.exec(text)?.[1];
  if (given === undefined || apiKey === undefined) return given !== undefined;
  return timingSafeEqual(digestOf(given), digestOf(apiKey));
}
