import { digestOf } from '../behaviour/chance.policy.js';
import { throttleHeaders } from '../behaviour/verdict.policy.js';
import type { PlayParts, ProviderPlay } from '../provider.play.js';
import type { Exchange } from '../server/exchange.js';
import { hasToken, jsonBody } from '../server/one-message.call.js';
import { admitted, concluded } from '../server/verdict.answer.js';

const PATH = '/linkedin/v2/messages';
const PERSON = /^urn:li:person:[\w-]+$/;

/** Messages between members, for approved partners: `LINKEDIN_ACCESS_TOKEN`. The id stands in a header, nothing is told of it later. */
export const linkedInPlay: ProviderPlay = {
  provider: 'linkedin',
  routes: (parts) => ({
    provider: 'linkedin',
    handles: (path) => path.startsWith('/linkedin/'),
    handle: (exchange) => take(exchange, parts),
  }),
};

async function take(exchange: Exchange, { board, ledger, now, secret }: PlayParts): Promise<void> {
  if (exchange.path !== PATH || exchange.method !== 'POST') return refuse(exchange, 404);
  const { recipients, body } = await jsonBody(exchange);
  if (!hasToken(exchange, secret('LINKEDIN_ACCESS_TOKEN'))) return refuse(exchange, 401);
  const [to]: unknown[] = Array.isArray(recipients) ? recipients : [];
  if (typeof to !== 'string' || !PERSON.test(to) || typeof body !== 'string' || body === '')
    return refuse(exchange, 400);
  const admission = await admitted(
    exchange,
    { board, now, provider: 'linkedin', key: to },
    {
      error: (status) => refuse(exchange, status),
      throttled: () => refuse(exchange, 429, throttleHeaders(board.of('linkedin').throttle, now())),
    },
  );
  if (!admission) return;
  const named = { deliveryId: null, attempt: null, idempotencyKey: null, args: {} };
  const message = { provider: 'linkedin', channel: 'linkedin', to, ...named };
  const [line] = await ledger.accept([message], (n) => `urn:li:message:2-${idOf(board.seed, n)}`);
  await concluded(exchange, admission, () => exchange.answer(201, '', { 'x-restli-id': line?.messageId ?? '' }));
}

const idOf = (seed: string, n: number): string => digestOf(seed, 'linkedin', n).toString('hex').slice(0, 24);

/** In LinkedIn's error form. */
function refuse(exchange: Exchange, status: number, headers: Record<string, string> = {}): void {
  const body = JSON.stringify({ serviceErrorCode: 100, message: 'as ordered', status });
  exchange.answer(status, body, { 'content-type': 'application/json', ...headers });
}
