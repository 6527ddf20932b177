// The other end of Meta's and X's webhooks: verifies and parses with the product's own code, per path.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createMetaWebhook,
  createXWebhook,
  type ParsedFact,
  type ParsedInbound,
  type ParseFault,
  type WebhookParser,
} from '@homing/channels';

export interface Heard {
  readonly path: string;
  readonly verdict: string;
  readonly body: string;
  readonly facts: readonly ParsedFact[];
  readonly inbound: readonly ParsedInbound[];
  readonly faults: readonly ParseFault[];
}

const PARSERS: Readonly<Record<string, WebhookParser>> = {
  '/webhooks/meta': createMetaWebhook({ verifyTokens: ['word-for-tests'] }),
  '/webhooks/x': createXWebhook(),
};

export class HearingListener {
  readonly heard: Heard[] = [];
  /** Path and answer of every challenge. */
  readonly asked: string[] = [];
  readonly #waiting: (() => void)[] = [];

  private constructor(
    private readonly server: http.Server,
    private readonly keys: readonly string[],
  ) {}

  static async start(...keys: readonly string[]): Promise<HearingListener> {
    const server = http.createServer();
    const listener = new HearingListener(server, keys);
    server.on('request', (request, response) => void listener.#take(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return listener;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get facts(): ParsedFact[] {
    return this.heard.flatMap(({ facts }) => facts);
  }

  get inbound(): ParsedInbound[] {
    return this.heard.flatMap(({ inbound }) => inbound);
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** A GET of the provider's: who are you? */
  #say(request: http.IncomingMessage, response: http.ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://listener');
    const query = Object.fromEntries(searchParams);
    const answer = PARSERS[pathname]?.challenge?.({ query, headers: request.headers, keys: this.keys.slice(-1) });
    this.asked.push(`${pathname} ${answer?.kind ?? 'unknown'}`);
    if (answer?.kind === 'answer') response.writeHead(200).end(answer.body);
    else response.writeHead(403).end();
  }

  async #take(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    if (request.method === 'GET') {
      this.#say(request, response);
      for (const resolve of this.#waiting.splice(0)) resolve();
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const rawBody = Buffer.concat(chunks);
    const path = request.url ?? '';
    const parser = PARSERS[path];
    if (parser) {
      const verdict = parser.verify({ headers: request.headers, rawBody, keys: this.keys, now: Date.now() }).kind;
      const { inbound = [], ...told } = parser.parse(rawBody);
      this.heard.push({ path, verdict, body: rawBody.toString(), inbound, ...told });
    }
    response.writeHead(parser ? 200 : 404).end();
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
