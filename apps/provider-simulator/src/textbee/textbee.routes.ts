import { timingSafeEqual } from 'node:crypto';
import { digestOf } from '../behaviour/chance.policy.js';
import type { PlayParts } from '../provider.play.js';
import type { Exchange, ProviderRoutes } from '../server/exchange.js';
import { admitted, concluded } from '../server/verdict.answer.js';

const PATH = /^\/api\/v1\/gateway\/devices\/([\w-]{1,64})\/send-sms$/;
const LARGEST_BODY = 64 * 1024;

/** TextBee's `POST .../send-sms`: it answers with the id of a batch and keeps nothing of the caller's. */
export function textbeeRoutes(parts: PlayParts): ProviderRoutes {
  return {
    provider: 'textbee',
    handles: (path) => path.startsWith('/api/v1/gateway/'),
    handle: async (exchange) => {
      const device = PATH.exec(exchange.path)?.[1];
      const body = await exchange.body(LARGEST_BODY);
      if (!isAuthorized(exchange.headers['x-api-key'], parts.secret('TEXTBEE_API_KEY')))
        return exchange.json(401, { error: 'Unauthorized' });
      if (device === undefined || exchange.method !== 'POST') return exchange.json(404, { statusCode: 404 });
      const own = parts.secret('TEXTBEE_DEVICE_ID');
      if (own !== undefined && device !== own)
        return exchange.json(400, { success: false, error: 'Device does not exist or is not enabled' });
      return send(exchange, readSms(body), parts);
    },
  };
}

async function send(
  exchange: Exchange,
  sms: { to: string; text: string } | undefined,
  parts: PlayParts,
): Promise<void> {
  const { board, now } = parts;
  const call = { board, now, provider: 'textbee', key: sms ? `${sms.to}:${sms.text}` : '' };
  const admission = await admitted(exchange, call, refusals(exchange));
  if (!admission) return;
  if (!sms) return exchange.json(400, { success: false, error: 'Invalid recipients or message' });
  const acceptance = {
    provider: 'textbee',
    channel: 'sms',
    to: sms.to,
    deliveryId: null,
    attempt: null,
    idempotencyKey: null,
  };
  const [line] = await parts.ledger.accept([{ ...acceptance, args: {} }], (n) => batchId(board.seed, n));
  if (!line) return exchange.drop();
  parts.accepted(line);
  const data = {
    success: true,
    message: 'SMS added to queue for processing',
    smsBatchId: line.messageId,
    recipientCount: 1,
  };
  await concluded(exchange, admission, () => exchange.json(201, { data }));
}

/** A used-up plan says what is left of it, and when to come again only by the calendar. */
const refusals = (exchange: Exchange) => ({
  error: (status: number) =>
    status === 401
      ? exchange.json(401, { error: 'Unauthorized' })
      : exchange.json(status, { statusCode: status, success: false, error: 'an error as ordered' }),
  throttled: (headers: Record<string, string>) => {
    const plan = { dailyLimit: 50, dailyRemaining: 0, monthlyRemaining: 250, bulkSendLimit: 50, monthlyLimit: 300 };
    const body = JSON.stringify({ message: 'Daily SMS limit reached', hasReachedLimit: true, ...plan });
    exchange.answer(429, body, { 'content-type': 'application/json', ...headers });
  },
});

/** One recipient: with several it would be one batch whose webhooks nobody could tell apart. */
function readSms(body: Buffer | undefined): { to: string; text: string } | undefined {
  try {
    const { recipients, message } = JSON.parse(body?.toString('utf8') ?? '') as {
      recipients?: unknown;
      message?: unknown;
    };
    const [to, ...others] = Array.isArray(recipients) ? (recipients as unknown[]) : [];
    if (typeof to !== 'string' || to === '' || others.length > 0 || typeof message !== 'string' || message === '')
      return undefined;
    return { to: to.replaceAll(/\s/g, ''), text: message };
  } catch {
    return undefined;
  }
}

const batchId = (seed: string, n: number) => digestOf(seed, 'textbee', n).toString('hex').slice(0, 24);

function isAuthorized(given: string | string[] | undefined, apiKey: string | undefined): boolean {
  if (typeof given !== 'string' || given === '') return false;
  return apiKey === undefined || timingSafeEqual(digestOf(given), digestOf(apiKey));
}
