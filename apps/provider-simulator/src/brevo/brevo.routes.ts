import { timingSafeEqual } from 'node:crypto';
import { digestOf } from '../behaviour/chance.policy.js';
import type { Acceptance } from '../ledger/ledger.js';
import type { PlayParts } from '../provider.play.js';
import type { Exchange, ProviderRoutes } from '../server/exchange.js';
import { admitted, concluded } from '../server/verdict.answer.js';
import { idsIn, readEmail, type BrevoFault, type BrevoMessage } from './brevo.mail.js';
import { KeyMemory } from './key.memory.js';

const LARGEST_BODY = 20 * 1024 * 1024;

/** Brevo's `POST /v3/smtp/email`. A key that was taken within half an hour is not taken again. */
export function brevoRoutes(parts: PlayParts): ProviderRoutes {
  const keys = new KeyMemory(parts.ledger, parts.now);
  return {
    provider: 'brevo',
    handles: (path) => path.startsWith('/v3/smtp/'),
    handle: async (exchange) => {
      const body = await exchange.body(LARGEST_BODY);
      if (!isAuthorized(exchange.headers['api-key'], parts.secret('BREVO_API_KEY')))
        return exchange.json(401, { code: 'unauthorized', message: 'Key not found' });
      if (exchange.path !== '/v3/smtp/email')
        return exchange.json(404, { code: 'document_not_found', message: 'Not found' });
      if (exchange.method !== 'POST')
        return exchange.json(405, { code: 'method_not_allowed', message: 'Method not allowed' });
      return send(exchange, readEmail(parsed(body)), { ...parts, keys });
    },
  };
}

async function send(
  exchange: Exchange,
  read: BrevoMessage | BrevoFault,
  { board, now, ledger, accepted, keys }: PlayParts & { readonly keys: KeyMemory },
): Promise<void> {
  const admission = await admitted(exchange, { board, now, provider: 'brevo', key: keyOf(read) }, refusals(exchange));
  if (!admission) return;
  if ('code' in read) return exchange.json(400, read);
  if (read.sandbox) return exchange.json(201, { messageId: '<sandbox@smtp-relay.simulator.test>' });
  if (read.idempotencyKey !== null && !(await keys.take(read.idempotencyKey)))
    return exchange.json(400, { code: 'duplicate_request', message: 'the idempotencyKey has been used before' });
  const [line] = await ledger.accept([acceptance(read)], (n) => messageId(board.seed, n));
  if (!line) return exchange.drop();
  accepted(line);
  await concluded(exchange, admission, () => exchange.json(201, { messageId: `<${line.messageId}>` }));
}

const refusals = (exchange: Exchange) => ({
  error: (status: number) =>
    exchange.json(status, {
      code: status === 401 ? 'unauthorized' : status < 500 ? 'invalid_parameter' : 'service_unavailable',
      message: 'an error as ordered',
    }),
  throttled: (headers: Record<string, string>) =>
    exchange.answer(429, JSON.stringify({ code: 'too_many_requests', message: 'You have reached your limit' }), {
      'content-type': 'application/json',
      ...headers,
    }),
});

function keyOf(read: BrevoMessage | BrevoFault): string {
  if ('code' in read) return '';
  const { deliveryId, attempt } = idsIn(read.args);
  return `${deliveryId ?? read.to}:${attempt ?? ''}`;
}

const messageId = (seed: string, n: number) =>
  `${digestOf(seed, 'brevo', n).toString('hex').slice(0, 20)}@smtp-relay.simulator.test`;

const acceptance = ({ to, args, idempotencyKey }: BrevoMessage): Acceptance => ({
  provider: 'brevo',
  channel: 'email',
  to,
  ...idsIn(args),
  idempotencyKey,
  args,
});

function isAuthorized(given: string | string[] | undefined, apiKey: string | undefined): boolean {
  if (typeof given !== 'string' || given === '') return false;
  return apiKey === undefined || timingSafeEqual(digestOf(given), digestOf(apiKey));
}

function parsed(body: Buffer | undefined): unknown {
  try {
    return JSON.parse(body?.toString('utf8') ?? '');
  } catch {
    return undefined;
  }
}
