import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { BehaviourBoard } from './behaviour/behaviour.board.js';
import { Ledger, type LedgerLine } from './ledger/ledger.js';
import type { PlayParts, ProviderPlay } from './provider.play.js';
import { PROVIDER_PLAYS } from './provider.plays.js';
import { control } from './server/control.routes.js';
import { Exchange, type ProviderRoutes } from './server/exchange.js';
import { WebhookOutbox } from './webhooks/webhook.outbox.js';

export interface SimulatorOptions {
  /** `<home>/simulator` holds the ledger. */
  readonly home: string;
  /** Default 0: any free one. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Same seed, same messages, same fates. */
  readonly seed: string;
  /** Where webhooks go; without it none are sent. */
  readonly webhookUrl?: string;
  /** What providers and their callers share, by the name of its variable (`SENDGRID_API_KEY`). One that is missing is not asked for. */
  readonly secrets?: Readonly<Record<string, string | undefined>>;
  /** Default 200 ms, 500 ms, 1 s, 2 s, 5 s and 10 s from then on. */
  readonly retryMs?: readonly number[];
  readonly report?: (problem: string) => void;
}

export interface RunningSimulator {
  readonly url: string;
  stop(): Promise<void>;
}

const DAY_MS = 24 * 3_600_000;
/** For answers under way when told to stop; calls left hanging on purpose end with it. */
const GRACE_MS = 500;

/** Opens the ledger, takes up webhooks that were not told before, listens. */
export async function startSimulator(options: SimulatorOptions): Promise<RunningSimulator> {
  const { home, seed, report = () => {} } = options;
  const now = Date.now;
  const board = new BehaviourBoard(seed, now);
  const secret = (name: string): string | undefined => options.secrets?.[name];
  const outboxes = options.webhookUrl === undefined ? [] : outboxesOf({ ...options, now, report, secret }, board);
  const told = new Map(
    await Promise.all(outboxes.map(async ({ provider, outbox }) => [provider, await outbox.open()] as const)),
  );
  const tell = (line: LedgerLine) => outboxes.find(({ provider }) => provider === line.provider)?.outbox.add(line);
  const untold: LedgerLine[] = [];
  const ledger = await Ledger.open(home, (line) => {
    if (told.get(line.provider)?.has(line.n) === false) untold.push(line);
  });
  for (const line of untold) tell(line);
  const parts: PlayParts = { board, ledger, accepted: tell, now, secret, report };
  const routes: readonly ProviderRoutes[] = PROVIDER_PLAYS.flatMap((play) => play.routes?.(parts) ?? []);
  const listeners = await Promise.all(PROVIDER_PLAYS.flatMap((play) => play.listen?.(parts) ?? []));
  const providers = PROVIDER_PLAYS.map(({ provider }) => provider);
  const server = http.createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    const answer = async () =>
      serve(new Exchange(request, response), routes, (exchange) => control(exchange, { providers, board, ledger }));
    answer().catch((error: unknown) => {
      report((error as Error).name);
      request.socket.destroy(); // not accepted, not answered
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
  });
  const { address, port } = server.address() as AddressInfo;
  return {
    url: `http://${address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address}:${port}`,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      const hanging = setTimeout(() => server.closeAllConnections(), GRACE_MS);
      await Promise.all([
        closed,
        ...outboxes.map(({ outbox }) => outbox.close()),
        ...listeners.map((each) => each.close()),
      ]);
      clearTimeout(hanging);
      await ledger.close();
    },
  };
}

async function serve(
  exchange: Exchange,
  routes: readonly ProviderRoutes[],
  own: (exchange: Exchange) => Promise<boolean>,
): Promise<void> {
  if (await own(exchange)) return;
  const route = routes.find(({ handles }) => handles(exchange.path));
  if (route) return route.handle(exchange);
  exchange.json(404, { faults: ['no provider here answers to this path'] });
}

type OutboxParts = Required<Pick<SimulatorOptions, 'home' | 'seed' | 'report'>> &
  Pick<SimulatorOptions, 'retryMs' | 'webhookUrl'> &
  Pick<PlayParts, 'now' | 'secret'>;

/** One for each provider that has webhooks. */
function outboxesOf(
  {
    home,
    seed,
    report,
    webhookUrl: url = '',
    retryMs = [200, 500, 1_000, 2_000, 5_000, 10_000],
    ...parts
  }: OutboxParts,
  board: BehaviourBoard,
): { readonly provider: string; readonly outbox: WebhookOutbox }[] {
  const { now, secret } = parts;
  return PROVIDER_PLAYS.flatMap(({ provider, post }: ProviderPlay) => {
    if (!post) return [];
    const told = post({ url, seed, now, secret });
    return {
      provider,
      outbox: new WebhookOutbox({ home, provider, board, post: told, retryMs, maxAgeMs: DAY_MS, now, report }),
    };
  });
}
