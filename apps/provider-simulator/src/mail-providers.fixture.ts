import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ChannelProvider, OutboundMessage, ParsedFact, ParsedInbound, WebhookParser } from '@homing/channels';

export interface Heard {
  readonly verdict: string;
  readonly facts: readonly ParsedFact[];
  readonly inbound: readonly ParsedInbound[];
  readonly body: string;
}

/** The other end of one provider's webhooks: verifies, refuses replays and parses with the product's own code. */
export class MailListener {
  readonly heard: Heard[] = [];
  /** What a verified post is answered; undefined: as the parser says. */
  status: number | undefined;
  readonly #seen = new Map<string, string>();
  readonly #waiting: (() => void)[] = [];

  private constructor(
    private readonly server: http.Server,
    private readonly parser: WebhookParser,
    private readonly keys: readonly string[],
  ) {}

  static async start(parser: WebhookParser, keys: readonly string[]): Promise<MailListener> {
    const server = http.createServer();
    const listener = new MailListener(server, parser, keys);
    server.on('request', (request, response) => void listener.#take(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return listener;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get facts(): ParsedFact[] {
    return this.heard.filter(({ verdict }) => verdict === 'valid').flatMap(({ facts }) => facts);
  }

  get inbound(): ParsedInbound[] {
    return this.heard.flatMap(({ inbound }) => inbound);
  }

  /** Of the message that the provider answered with this id. */
  factsOf(messageId: string): string[] {
    return this.facts.filter((fact) => fact.providerMessageId === messageId).map(({ fact }) => fact);
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
    const { headers } = request;
    const verdict = this.#verdict({ headers, rawBody });
    const { facts, inbound = [] } = this.parser.parse(rawBody, { headers });
    this.heard.push({ verdict, facts, inbound, body: rawBody.toString() });
    const valid = request.url === `/webhooks/${this.parser.provider}` ? (this.status ?? 200) : 404;
    response.writeHead(verdict === 'valid' ? valid : (this.parser.answers?.forged ?? 401)).end();
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #verdict({ headers, rawBody }: Pick<http.IncomingMessage, 'headers'> & { rawBody: Buffer }): string {
    const verified = this.parser.verify({ headers, rawBody, keys: this.keys, now: Date.now() });
    if (verified.kind === 'invalid') return verified.reason;
    const claim = this.parser.replay?.(rawBody, { headers });
    if (!claim) return 'valid';
    const first = this.#seen.get(claim.key) ?? claim.content;
    this.#seen.set(claim.key, first);
    return first === claim.content ? 'valid' : 'replayed';
  }
}

/** Sends as the gateway would; the delivery is named after the address. */
export const sending =
  (provider: ChannelProvider) =>
  (to: string, changes: Partial<OutboundMessage> = {}) =>
    provider.send(
      {
        deliveryId: deliveryOf(to),
        attempt: 1,
        tenantId: 't1',
        campaignKey: 'spring',
        to: { address: to },
        from: { address: 'desk@sandbox.test', name: 'The Desk' },
        subject: 's',
        text: 't',
        ...changes,
      },
      { signal: new AbortController().signal, timeoutMs: 30_000 },
    );

export const deliveryOf = (to: string): string => `${to}.1`.replace(/[^\w.]/g, '-');

export const ordered = (url: string, provider: string, behaviour: object): Promise<Response> =>
  fetch(`${url}/_behaviour`, { method: 'PUT', body: JSON.stringify({ [provider]: behaviour }) });
