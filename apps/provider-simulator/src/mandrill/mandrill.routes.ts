import { digestOf } from '../behaviour/chance.policy.js';
import type { Acceptance } from '../ledger/ledger.js';
import type { PlayParts } from '../provider.play.js';
import type { Exchange, ProviderRoutes } from '../server/exchange.js';
import { admitted, concluded } from '../server/verdict.answer.js';

const LARGEST_BODY = 25 * 1024 * 1024;
type Json = Readonly<Record<string, unknown>>;
const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `POST /api/1.0/messages/send.json` for one recipient. Every error has status 500 and is told apart by its name. */
export function mandrillRoutes(parts: PlayParts): ProviderRoutes {
  return {
    provider: 'mandrill',
    handles: (path) => path.startsWith('/api/1.0/'),
    handle: async (exchange) => {
      const body = parsed(await exchange.body(LARGEST_BODY));
      const key = parts.secret('MANDRILL_API_KEY');
      if (typeof body?.['key'] !== 'string' || (key !== undefined && body['key'] !== key))
        return refuse(exchange, 'Invalid_Key', -1);
      if (exchange.path !== '/api/1.0/messages/send.json') return refuse(exchange, 'Unknown_Method', -1);
      return send(exchange, body['message'], parts);
    },
  };
}

const refuse = (exchange: Exchange, name: string, code: number, status = 500) =>
  exchange.json(status, { status: 'error', code, name, message: 'an error as ordered' });

async function send(exchange: Exchange, message: unknown, { board, now, ledger, accepted }: PlayParts): Promise<void> {
  const read = acceptanceOf(message);
  const key = read ? `${read.deliveryId ?? read.to}:${read.attempt ?? ''}` : '';
  const admission = await admitted(
    exchange,
    { board, now, provider: 'mandrill', key },
    {
      error: (status) =>
        refuse(
          exchange,
          status === 401
            ? 'Invalid_Key'
            : status === 503
              ? 'ServiceUnavailable'
              : status < 500
                ? 'ValidationError'
                : 'GeneralError',
          -1,
        ),
      throttled: (headers) =>
        exchange.answer(
          429,
          JSON.stringify({ status: 'error', code: -1, name: 'RateLimit', message: 'slow down' }),
          headers,
        ),
    },
  );
  if (!admission) return;
  if (!read) return refuse(exchange, 'ValidationError', -2);
  const [line] = await ledger.accept([read], (n) => digestOf(board.seed, 'mandrill', n).toString('hex').slice(0, 32));
  if (!line) return exchange.drop();
  accepted(line);
  const answer = [{ email: read.to, status: 'sent', reject_reason: null, queued_reason: null, _id: line.messageId }];
  await concluded(exchange, admission, () => exchange.json(200, answer));
}

/** Undefined for what it would refuse. */
function acceptanceOf(message: unknown): Acceptance | undefined {
  if (!isRecord(message)) return undefined;
  const { to, from_email: from, subject, html, text, metadata } = message;
  const [recipient] = Array.isArray(to) ? (to as unknown[]) : [];
  const address = isRecord(recipient) ? recipient['email'] : undefined;
  const isAddress = (value: unknown): value is string =>
    typeof value === 'string' && /^[^\s@<>,]{1,64}@[^\s@<>,]+\.[^\s@<>,]+$/.test(value);
  if (!isAddress(address) || !isAddress(from) || !subject || (!html && !text)) return undefined;
  const args = isRecord(metadata) ? metadata : {};
  if (Buffer.byteLength(JSON.stringify(args)) > 200) return undefined;
  const attempt = Number(args['op_attempt']);
  return {
    provider: 'mandrill',
    channel: 'email',
    to: address,
    deliveryId: typeof args['op_delivery_id'] === 'string' ? args['op_delivery_id'] : null,
    attempt: attempt > 0 ? attempt : null,
    idempotencyKey: null,
    args: args as Record<string, string>,
  };
}

function parsed(body: Buffer | undefined): Json | undefined {
  try {
    const value: unknown = JSON.parse(body?.toString('utf8') ?? '');
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
