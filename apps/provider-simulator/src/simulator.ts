import type { KeyObject } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { BehaviourBoard } from './behaviour/behaviour.board.js';
import { Ledger, type LedgerLine } from './ledger/ledger.js';
import { sendgridRoutes } from './sendgrid/sendgrid.routes.js';
import { sendgridPost } from './sendgrid/sendgrid.webhooks.js';
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
  readonly sendgrid: { readonly apiKey?: string; readonly privateKey?: KeyObject };
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
  const outbox = options.webhookUrl === undefined ? undefined : sendgridOutbox(options, options.webhookUrl, board);
  const told = (await outbox?.open()) ?? new Set<number>();
  const untold: LedgerLine[] = [];
  const ledger = await Ledger.open(home, (line) => {
    if (outbox && !told.has(line.n)) untold.push(line);
  });
  for (const line of untold) outbox?.add(line);
  const { apiKey } = options.sendgrid;
  const accepted = (line: LedgerLine) => outbox?.add(line);
  const sendgrid = sendgridRoutes({ board, ledger, accepted, now, ...(apiKey === undefined ? {} : { apiKey }) });
  const routes: readonly ProviderRoutes[] = [sendgrid];
  const providers = routes.map(({ provider }) => provider);
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
      await Promise.all([closed, outbox?.close()]);
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

function sendgridOutbox(options: SimulatorOptions, url: string, board: BehaviourBoard): WebhookOutbox {
  const { home, seed, report = () => {}, retryMs = [200, 500, 1_000, 2_000, 5_000, 10_000] } = options;
  const { privateKey } = options.sendgrid;
  const now = Date.now;
  const post = sendgridPost({ url, seed, now, ...(privateKey ? { privateKey } : {}) });
  return new WebhookOutbox({ home, provider: 'sendgrid', board, post, retryMs, maxAgeMs: DAY_MS, now, report });
}
