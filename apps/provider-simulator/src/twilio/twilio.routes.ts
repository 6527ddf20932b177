import { timingSafeEqual } from 'node:crypto';
import { digestOf } from '../behaviour/chance.policy.js';
import type { Acceptance, LedgerLine } from '../ledger/ledger.js';
import type { PlayParts } from '../provider.play.js';
import type { Exchange, ProviderRoutes } from '../server/exchange.js';
import { admitted, concluded } from '../server/verdict.answer.js';
import { readMessage, type MessageReading } from './twilio.form.js';

const PATH = /^\/2010-04-01\/Accounts\/(AC[0-9a-f]{32})\/Messages\.json$/;
const LARGEST_BODY = 64 * 1024;

/** Twilio's `POST .../Messages.json`: a form in, JSON out, and nothing of the caller's kept but the address it reports to. */
export function twilioRoutes(parts: PlayParts): ProviderRoutes {
  return {
    provider: 'twilio',
    handles: (path) => path.startsWith('/2010-04-01/'),
    handle: async (exchange) => {
      const account = PATH.exec(exchange.path)?.[1];
      const body = await exchange.body(LARGEST_BODY);
      if (account === undefined || exchange.method !== 'POST') return refuse(exchange, 404, 20404);
      if (!body) return refuse(exchange, 413, 20413);
      if (!isAuthorized(exchange.headers['authorization'], account, parts)) return refuse(exchange, 401, 20003);
      return send(exchange, Object.fromEntries(new URLSearchParams(body.toString('utf8'))), parts);
    },
  };
}

async function send(exchange: Exchange, form: Record<string, string>, parts: PlayParts): Promise<void> {
  const reading = readMessage(form);
  const provider = reading.kind === 'valid' && reading.whatsapp ? 'twilio_whatsapp' : 'twilio';
  const { board, now } = parts;
  const key = form['StatusCallback'] ?? form['To'] ?? '';
  const admission = await admitted(exchange, { board, now, provider, key }, refusals(exchange));
  if (!admission) return;
  if (reading.kind === 'invalid') return refuse(exchange, 400, reading.code, reading.message);
  const [line] = await parts.ledger.accept([acceptance(provider, reading)], (n) => messageSid(board.seed, n));
  if (!line) return exchange.drop();
  parts.accepted(line);
  await concluded(exchange, admission, () => exchange.json(201, shown(line, form)));
}

const refusals = (exchange: Exchange) => ({
  error: (status: number) => refuse(exchange, status, status === 503 ? 20503 : status === 401 ? 20003 : 20500),
  throttled: (headers: Record<string, string>) => refuse(exchange, 429, 20429, 'Too Many Requests', headers),
});

function refuse(exchange: Exchange, status: number, code: number, message = 'refused', headers = {}): void {
  const body = { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status };
  exchange.answer(status, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
}

/** What stands in the query of its callback is all that names the message to whoever sent it. */
function acceptance(
  provider: string,
  { whatsapp, to, from, callback }: Extract<MessageReading, { kind: 'valid' }>,
): Acceptance {
  const query = callback === undefined ? undefined : new URL(callback).searchParams;
  const attempt = Number(query?.get('a'));
  return {
    provider,
    channel: whatsapp ? 'whatsapp' : 'sms',
    to,
    deliveryId: query?.get('d') ?? null,
    attempt: attempt > 0 ? attempt : null,
    idempotencyKey: null,
    args: { from, ...(callback === undefined ? {} : { callback }) },
  };
}

const messageSid = (seed: string, n: number) => `SM${digestOf(seed, 'twilio', n).toString('hex').slice(0, 32)}`;

const shown = ({ messageId, at }: LedgerLine, form: Record<string, string>) => ({
  sid: messageId,
  status: 'queued',
  direction: 'outbound-api',
  to: form['To'],
  from: form['From'] ?? null,
  messaging_service_sid: form['MessagingServiceSid'] ?? null,
  body: form['Body'] ?? '',
  num_segments: '1',
  num_media: '0',
  price: null,
  price_unit: null,
  error_code: null,
  error_message: null,
  api_version: '2010-04-01',
  date_created: new Date(at).toUTCString(),
  date_updated: new Date(at).toUTCString(),
  date_sent: null,
});

function isAuthorized(header: string | undefined, account: string, { secret }: PlayParts): boolean {
  const given = /^Basic (\S+)$/.exec(header ?? '')?.[1];
  if (given === undefined) return false;
  const [sid = '', token = ''] = Buffer.from(given, 'base64').toString('utf8').split(':');
  const [ownSid, ownToken] = [secret('TWILIO_ACCOUNT_SID'), secret('TWILIO_AUTH_TOKEN')];
  if (ownSid !== undefined && account !== ownSid) return false;
  return token !== '' && sid !== '' && (ownToken === undefined || timingSafeEqual(digestOf(token), digestOf(ownToken)));
}
