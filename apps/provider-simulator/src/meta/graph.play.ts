import { createHmac } from 'node:crypto';
import type { Acceptance, LedgerLine } from '../ledger/ledger.js';
import type { PlayParts, ProviderPlay, WebhookTarget } from '../provider.play.js';
import type { Exchange, ProviderRoutes } from '../server/exchange.js';
import { hasToken, jsonBody, takeOne, type JsonAnswer } from '../server/one-message.call.js';
import { httpPost } from '../webhooks/http.post.js';
import type { PendingEvent, Post } from '../webhooks/webhook.outbox.js';

export type Json = Readonly<Record<string, unknown>>;

/** One of Meta's products, as it is played. */
export interface GraphPlay {
  readonly provider: string;
  readonly channel: string;
  /** Its addresses: `/<prefix>/v23.0/<sender>/messages`. */
  readonly prefix: string;
  /** Names of the variables of its token and of its app's secret (comma-separated; the first signs). */
  readonly token: string;
  readonly appSecret: string;
  /** Whom a call writes to and the mark it carries, or the code of what is wrong with it. */
  read(body: Json): { readonly to: string; readonly mark: string } | { readonly code: number };
  messageId(seed: string, n: number, to: string): string;
  answer(line: LedgerLine): object;
  /** The `object` of its webhooks, and the entry that tells an event; undefined: it has no word for it. */
  readonly object: string;
  entry(event: PendingEvent, parts: { readonly seed: string; readonly sender: string }): object | undefined;
}

/** Plays one product: its routes, its refusals, its signed webhooks. */
export const graphPlay = (play: GraphPlay): ProviderPlay => ({
  provider: play.provider,
  routes: (parts) => routesOf(play, parts),
  post: (target) => postOf(play, target),
});

function routesOf(play: GraphPlay, parts: PlayParts): ProviderRoutes {
  const shape = new RegExp(`^/${play.prefix}/v\\d+\\.\\d/([\\w.-]+)/messages$`);
  return {
    provider: play.provider,
    handles: (path) => path.startsWith(`/${play.prefix}/`),
    handle: async (exchange) => {
      const sender = shape.exec(exchange.path)?.[1];
      if (sender === undefined || exchange.method !== 'POST') return exchange.json(404, graphError(2500));
      const body = await jsonBody(exchange);
      if (!hasToken(exchange, parts.secret(play.token)) || !isProven(exchange, play, parts))
        return exchange.json(401, graphError(190));
      const read = play.read(body);
      const reading = 'code' in read ? { status: 400, body: graphError(read.code) } : acceptanceOf(play, sender, read);
      return takeOne(exchange, play.provider, {
        ...parts,
        reading,
        key: 'code' in read ? sender : read.mark || read.to,
        refusal: (status) => graphError(CODES[status] ?? (status >= 500 ? 1 : 100)),
        messageId: (n) => play.messageId(parts.board.seed, n, 'to' in read ? read.to : ''),
        answer: (line): JsonAnswer => ({ status: 200, body: play.answer(line) }),
      });
    },
  };
}

/** `op|delivery|attempt|tenant`, where the product carries a mark. */
function acceptanceOf(play: GraphPlay, sender: string, { to, mark }: { to: string; mark: string }): Acceptance {
  const [, deliveryId = null, attempt = '0'] = mark.split('|');
  const number = Number(attempt) > 0 ? Number(attempt) : null;
  const { provider, channel } = play;
  return { provider, channel, to, deliveryId, attempt: number, idempotencyKey: null, args: { mark, sender } };
}

/** A proof is looked at where there is one: an app may require it, none of ours does. */
function isProven(exchange: Exchange, play: GraphPlay, { secret }: PlayParts): boolean {
  const proof = exchange.url.searchParams.get('appsecret_proof');
  const appSecret = firstOf(secret(play.appSecret));
  if (proof === null || appSecret === undefined) return true;
  const token = /^Bearer (\S+)$/.exec(exchange.headers['authorization'] ?? '')?.[1] ?? '';
  return createHmac('sha256', appSecret).update(token).digest('hex') === proof;
}

const CODES: Readonly<Record<number, number>> = { 401: 190, 403: 10, 429: 130429, 503: 2 };

const graphError = (code: number) => ({
  error: { message: `(#${code}) as ordered`, type: 'OAuthException', code, fbtrace_id: 'simulated' },
});

const firstOf = (secrets: string | undefined): string | undefined => secrets?.split(',')[0]?.trim() || undefined;

function postOf(play: GraphPlay, { url, seed, secret }: WebhookTarget): Post {
  const key = firstOf(secret(play.appSecret)) ?? firstOf(secret('META_APP_SECRET'));
  return (events, unsigned) => {
    const entry = events.flatMap((event) => play.entry(event, { seed, sender: event.line.args['sender'] ?? '' }) ?? []);
    if (entry.length === 0) return () => Promise.resolve(204);
    const body = escaped({ object: play.object, entry });
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'facebookexternalua',
      ...(key === undefined || unsigned ? {} : { 'X-Hub-Signature-256': `sha256=${hex(key, body)}` }),
    };
    return () => httpPost(`${url.replace(/\/$/, '')}/webhooks/meta`, body, headers);
  };
}

const hex = (key: string, body: Buffer) => createHmac('sha256', key).update(body).digest('hex');

/** As Meta writes it: everything beyond ASCII escaped. The signature is over these bytes. */
const escaped = (body: object): Buffer =>
  Buffer.from(
    JSON.stringify(body).replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
