import { timingSafeEqual } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { BehaviourBoard } from '../behaviour/behaviour.board.js';
import { digestOf } from '../behaviour/chance.policy.js';
import { throttleHeaders, type Verdict } from '../behaviour/verdict.policy.js';
import type { Acceptance, Ledger, LedgerLine } from '../ledger/ledger.js';
import type { Exchange, ProviderRoutes } from '../server/exchange.js';
import { activity } from './activity.routes.js';
import { refuse } from './sendgrid.refusal.js';
import { readMailSend, type MailRecipient, type SendgridError } from './mail-send.validation.js';

export interface SendgridRoutesOptions {
  /** The key that is accepted; without one any bearer is. */
  readonly apiKey?: string;
  readonly board: BehaviourBoard;
  readonly ledger: Ledger;
  readonly accepted: (line: LedgerLine) => void;
  readonly now: () => number;
}

const LARGEST_BODY = 30 * 1024 * 1024;
const TOO_LARGE =
  '<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body>nginx</body>\r\n</html>\r\n';
const MESSAGES: Readonly<Record<number, string>> = { 401: 'authorization required', 403: 'access forbidden' };

/** SendGrid's `POST /v3/mail/send`, its checks, its answers, its errors, and what it took at `GET /v3/messages`. Accepted means: in the ledger, on the disk, before the answer. */
export function sendgridRoutes(options: SendgridRoutesOptions): ProviderRoutes {
  return {
    provider: 'sendgrid',
    // The other two that begin so say what follows themselves: a domain, or `smtp`.
    handles: (path) => /^\/v3\/(?!smtp\/|[^/]*\.)/.test(path),
    handle: async (exchange) => {
      const { path, method } = exchange;
      if (path !== '/v3/mail/send' && path !== '/v3/messages') return refuse(exchange, 404, [error('not found')]);
      if (method !== (path === '/v3/messages' ? 'GET' : 'POST'))
        return refuse(exchange, 405, [error('method not allowed')]);
      const body = await exchange.body(LARGEST_BODY);
      if (!body) return exchange.answer(413, TOO_LARGE, { 'content-type': 'text/html' });
      if (!isAuthorized(exchange.headers['authorization'], options.apiKey))
        return refuse(exchange, 401, [error('The provided authorization grant is invalid, expired, or revoked')]);
      if (path === '/v3/messages') return activity(exchange, options);
      return mailSend(exchange, readMailSend(parsed(body)), options);
    },
  };
}

async function mailSend(
  exchange: Exchange,
  reading: ReturnType<typeof readMailSend>,
  options: SendgridRoutesOptions,
): Promise<void> {
  const recipients = reading.kind === 'valid' ? reading.recipients : [];
  const { latencyMs, verdict } = options.board.judge('sendgrid', callKey(recipients));
  if (latencyMs > 0) await delay(latencyMs);
  if (verdict.kind !== 'proceed') return misbehave(exchange, verdict, options);
  if (reading.kind === 'invalid') return refuse(exchange, 400, reading.errors);
  if (reading.sandbox) return exchange.answer(200, '', rateLimit(options.now()));
  const lines = await options.ledger.accept(recipients.map(acceptance), (n) => messageId(options.board.seed, n));
  for (const line of lines) options.accepted(line);
  if (verdict.answerDelayMs > 0) await delay(verdict.answerDelayMs);
  if (verdict.then === 'drop') return exchange.drop();
  if (verdict.then === 'hang') return;
  exchange.answer(202, '', { ...rateLimit(options.now()), 'X-Message-Id': lines[0]?.messageId ?? '' });
}

function misbehave(
  exchange: Exchange,
  verdict: Exclude<Verdict, { kind: 'proceed' }>,
  options: SendgridRoutesOptions,
): void {
  switch (verdict.kind) {
    case 'hang':
      return;
    case 'drop':
      return exchange.drop();
    case 'error':
      if (verdict.status === 413) return exchange.answer(413, TOO_LARGE, { 'content-type': 'text/html' });
      return refuse(exchange, verdict.status, [error(MESSAGES[verdict.status] ?? 'an error as ordered')]);
    case 'throttle': {
      const headers = throttleHeaders(options.board.of('sendgrid').throttle, options.now());
      return refuse(exchange, 429, [error('too many requests')], headers);
    }
  }
}

const error = (message: string): SendgridError => ({ message, field: null, help: null });

const rateLimit = (now: number) => ({
  'X-RateLimit-Limit': '600',
  'X-RateLimit-Remaining': '599',
  'X-RateLimit-Reset': String(Math.ceil(now / 1000) + 60),
});

const messageId = (seed: string, n: number) => digestOf(seed, 'sendgrid', n).toString('base64url').slice(0, 22);

/** What names a call to the dice: the attempts in it, or the addresses where it names none. */
const callKey = (recipients: readonly MailRecipient[]) =>
  recipients.map(({ to, args }) => `${args['op_delivery_id'] ?? to}:${args['op_attempt'] ?? ''}`).join(',');

function acceptance({ to, args }: MailRecipient): Acceptance {
  const attempt = Number(args['op_attempt']);
  const named = { deliveryId: args['op_delivery_id'] ?? null, attempt: attempt > 0 ? attempt : null };
  return { provider: 'sendgrid', channel: 'email', to, ...named, idempotencyKey: null, args };
}

function isAuthorized(header: string | undefined, apiKey: string | undefined): boolean {
  const given = /^Bearer (\S+)$/.exec(header ?? '')?.[1];
  if (given === undefined || apiKey === undefined) return given !== undefined;
  return timingSafeEqual(digestOf(given), digestOf(apiKey));
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
