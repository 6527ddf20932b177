import { timingSafeEqual } from 'node:crypto';
import { digestOf } from '../behaviour/chance.policy.js';
import type { Acceptance, Ledger, LedgerLine } from '../ledger/ledger.js';
import type { PlayParts } from '../provider.play.js';
import type { Exchange, ProviderRoutes } from '../server/exchange.js';
import { admitted, concluded } from '../server/verdict.answer.js';

export type GenericChannel = 'email' | 'sms' | 'whatsapp';

const PATHS: Readonly<Record<GenericChannel, string>> = {
  email: '/send',
  sms: '/v1/sms/send',
  whatsapp: '/v1/whatsapp/send',
};
const LARGEST_BODY = 10 * 1024 * 1024;

type Json = Readonly<Record<string, unknown>>;

/** `POST {recipient, subject and body | message, webhook_url, metadata} -> {message_id, status}`. Takes a repeated `Idempotency-Key` for the first call. */
export function genericRoutes(channel: GenericChannel, parts: PlayParts): ProviderRoutes {
  const provider = `generic_${channel}`;
  const taken = new TakenKeys(provider, parts.ledger);
  return {
    provider,
    handles: (path) => path === PATHS[channel],
    handle: async (exchange) => {
      const body = await exchange.body(LARGEST_BODY);
      if (exchange.method !== 'POST') return exchange.json(405, { error: 'method not allowed' });
      if (!isAuthorized(exchange.headers['authorization'], parts.secret(`GENERIC_${channel.toUpperCase()}_API_KEY`)))
        return exchange.json(401, { error: 'unauthorized' });
      const key = exchange.headers['idempotency-key'];
      const message = acceptance(channel, parsed(body), typeof key === 'string' ? key : null);
      return send(exchange, message, { ...parts, provider, taken });
    },
  };
}

async function send(
  exchange: Exchange,
  message: Acceptance | undefined,
  { board, now, provider, taken, ...parts }: PlayParts & { readonly provider: string; readonly taken: TakenKeys },
): Promise<void> {
  const key = `${message?.deliveryId ?? message?.to ?? ''}:${message?.attempt ?? ''}`;
  const admission = await admitted(exchange, { board, now, provider, key }, refusals(exchange));
  if (!admission) return;
  if (!message) return exchange.json(422, { error: 'recipient and content are required' });
  const line = await taken.once(message.idempotencyKey, async () => {
    const [fresh] = await parts.ledger.accept([message], (n) => messageId(board.seed, provider, n));
    if (!fresh) throw new Error('the ledger took nothing');
    parts.accepted(fresh);
    return fresh;
  });
  await concluded(exchange, admission, () => exchange.json(202, { message_id: line.messageId, status: 'queued' }));
}

const refusals = (exchange: Exchange) => ({
  error: (status: number) => exchange.json(status, { error: 'an error as ordered' }),
  throttled: (headers: Record<string, string>) =>
    exchange.answer(429, '{"error":"too many requests"}', { 'content-type': 'application/json', ...headers }),
});

/** The first call under each key, over restarts: the ledger knows them. */
class TakenKeys {
  #known: Promise<Map<string, Promise<LedgerLine>>> | undefined;

  constructor(
    private readonly provider: string,
    private readonly ledger: Ledger,
  ) {}

  async once(key: string | null, accept: () => Promise<LedgerLine>): Promise<LedgerLine> {
    if (key === null) return accept();
    const known = await (this.#known ??= this.#read());
    const first = known.get(key);
    if (first) return first;
    const line = accept();
    known.set(key, line);
    line.catch(() => known.delete(key));
    return line;
  }

  async #read(): Promise<Map<string, Promise<LedgerLine>>> {
    const known = new Map<string, Promise<LedgerLine>>();
    for await (const line of this.ledger.after(0))
      if (line.provider === this.provider && line.idempotencyKey !== null)
        known.set(line.idempotencyKey, Promise.resolve(line));
    return known;
  }
}

function acceptance(channel: GenericChannel, body: Json, idempotencyKey: string | null): Acceptance | undefined {
  const text = (name: string) => (typeof body[name] === 'string' && body[name] !== '' ? body[name] : undefined);
  const to = text('recipient');
  const complete = channel === 'email' ? text('subject') && text('body') : text('message');
  if (to === undefined || !complete) return undefined;
  const metadata = isRecord(body['metadata']) ? body['metadata'] : {};
  const attempt = Number(metadata['attempt']);
  const from = text('from') ?? (isRecord(body['from']) ? String(body['from']['address']) : '');
  return {
    provider: `generic_${channel}`,
    channel,
    to,
    deliveryId: typeof metadata['outreach_campaign_id'] === 'string' ? metadata['outreach_campaign_id'] : null,
    attempt: attempt > 0 ? attempt : null,
    idempotencyKey,
    args: { metadata: JSON.stringify(metadata), webhookUrl: text('webhook_url') ?? '', from },
  };
}

const messageId = (seed: string, provider: string, n: number) =>
  `gen_${digestOf(seed, provider, n).toString('base64url').slice(0, 22)}`;

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parsed(body: Buffer | undefined): Json {
  try {
    const value: unknown = JSON.parse(body?.toString('utf8') ?? '');
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

function isAuthorized(header: string | undefined, apiKey: string | undefined): boolean {
  const given = /^Bearer (\S+)$/.exec(header ?? '')?.[1];
  if (given === undefined || apiKey === undefined) return given !== undefined;
  return timingSafeEqual(digestOf(given), digestOf(apiKey));
}
