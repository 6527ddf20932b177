import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createSendgridProvider,
  createSendgridWebhook,
  type OutboundMessage,
  type ParsedFact,
  type ParsedInbound,
} from '@homing/channels';
import type { LedgerLine } from './index.js';

export const temporaryHome = (): { home: string; remove: () => void } => {
  const home = mkdtempSync(join(tmpdir(), 'simulator-'));
  return { home, remove: () => rmSync(home, { recursive: true, force: true }) };
};

export function signingKeys() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    privateKey,
    pkcs8: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  };
}

/** As `SIMULATOR_SENDGRID_PRIVATE_KEY` takes it. */
export const pkcs8Of = (key: KeyObject): string => key.export({ format: 'der', type: 'pkcs8' }).toString('base64');

/** The other end of the webhooks: verifies and parses with the product's own code. */
export class Listener {
  readonly posts: {
    readonly facts: readonly ParsedFact[];
    readonly inbound: readonly ParsedInbound[];
    readonly verdict: string;
    readonly body: string;
  }[] = [];
  status = 200;
  readonly #waiting: (() => void)[] = [];

  private constructor(
    private readonly server: http.Server,
    private readonly publicKey: string,
  ) {}

  static async start(publicKey: string): Promise<Listener> {
    const server = http.createServer();
    const listener = new Listener(server, publicKey);
    server.on('request', (request, response) => void listener.#take(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return listener;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get facts(): ParsedFact[] {
    return this.posts.flatMap(({ facts }) => facts);
  }

  factsOf(deliveryId: string): string[] {
    return this.facts.filter((fact) => fact.deliveryId === deliveryId).map(({ fact }) => fact);
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  async #take(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const rawBody = Buffer.concat(chunks);
    const parser = createSendgridWebhook();
    const { headers } = request;
    const verdict = parser.verify({ headers, rawBody, keys: [this.publicKey], now: Date.now() });
    const { facts, inbound = [] } = parser.parse(rawBody, { headers });
    this.posts.push({ facts, inbound, verdict: verdict.kind, body: rawBody.toString() });
    response.writeHead(request.url === '/webhooks/sendgrid' ? this.status : 404).end();
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

export const sendgridAt = (baseUrl: string, apiKey = 'SG.simulated') => {
  const provider = createSendgridProvider({ apiKey, baseUrl, activity: {} });
  const send = (to: string, changes: Partial<OutboundMessage> = {}) =>
    provider.send(
      {
        deliveryId: `${to}.1`.replace(/[^\w.]/g, '-'),
        attempt: 1,
        tenantId: 't1',
        to: { address: to },
        from: { address: 'desk@sandbox.test' },
        subject: 's',
        text: 't',
        ...changes,
      },
      { signal: new AbortController().signal, timeoutMs: 30_000 },
    );
  const lookUp = (to: string, attempt = 1) =>
    provider.lookUp?.(
      { deliveryId: `${to}.1`.replace(/[^\w.]/g, '-'), attempt, tenantId: 't1' },
      { signal: new AbortController().signal, timeoutMs: 30_000 },
    );
  return { send, lookUp, close: () => provider.close() };
};

export const ledgerOf = async (url: string, after = 0): Promise<LedgerLine[]> =>
  (await (await fetch(`${url}/_ledger?after=${after}`)).json()) as LedgerLine[];

export async function behave(url: string, sendgrid: object): Promise<Response> {
  return fetch(`${url}/_behaviour`, { method: 'PUT', body: JSON.stringify({ sendgrid }) });
}
