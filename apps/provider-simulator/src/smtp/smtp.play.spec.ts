// A mail server and Mandrill as they are played, from the product's own call to the facts its own parsers take from what comes back.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  createMandrillProvider,
  createMandrillWebhook,
  createSmtpProvider,
  createSmtpWebhook,
  readTracking,
  readWebhook,
  type ChannelProvider,
  type OutboundMessage,
  type ParsedFact,
  type ParsedInbound,
  type WebhookParser,
} from '@homing/channels';
import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { ordered, sending as sendingAs } from '../mail-providers.fixture.js';
import { ledgerOf, temporaryHome } from '../simulator.fixture.js';
import { startSimulator, type RunningSimulator } from '../simulator.js';

const trackingKey = 'a tracking key of at least 32 characters';
const smtpKey = Buffer.from('a key of at least sixteen bytes').toString('base64');
const hooks = 'https://hooks.sandbox.test/webhooks/mailchimp';
const secrets = {
  SMTP_PASSWORD: 'right',
  SMTP_WEBHOOK_KEYS: smtpKey,
  MANDRILL_API_KEY: 'md-simulated',
  MANDRILL_WEBHOOK_KEYS: 'a-mandrill-webhook-key',
  MANDRILL_WEBHOOK_URL: hooks,
};
const parsers: Record<string, { parser: WebhookParser; keys: string[] }> = {
  '/webhooks/smtp': { parser: createSmtpWebhook(), keys: [smtpKey] },
  '/webhooks/mailchimp': { parser: createMandrillWebhook({ url: hooks }), keys: [secrets.MANDRILL_WEBHOOK_KEYS] },
};

/** In the form of our own: a word and the leg. */
const deliveryOf = (to: string) => `${to.replace(/[^A-Za-z0-9]/g, '-')}.1`;
const sending =
  (provider: ChannelProvider) =>
  (to: string, changes: Partial<OutboundMessage> = {}) =>
    sendingAs(provider)(to, { deliveryId: deliveryOf(to), ...changes });

/** Everything of ours that is called from outside. */
class Edge {
  readonly facts: ParsedFact[] = [];
  readonly inbound: ParsedInbound[] = [];
  readonly visits: string[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #server = http.createServer((request, response) => void this.#take(request, response));

  async start(): Promise<void> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
  }
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
  factsOf = (to: string) =>
    this.facts.filter(({ deliveryId }) => deliveryId === deliveryOf(to)).map(({ fact }) => fact);

  async #take(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const rawBody = Buffer.concat(chunks);
    const { headers, url = '' } = request;
    const caller = parsers[url];
    if (caller) {
      const verdict = caller.parser.verify({ headers, rawBody, keys: caller.keys, now: Date.now() });
      if (verdict.kind === 'valid') {
        const { facts, inbound = [] } = await readWebhook(caller.parser, rawBody, { headers });
        this.facts.push(...facts);
        this.inbound.push(...inbound);
      }
      response.writeHead(verdict.kind === 'valid' ? 200 : 401).end();
    } else {
      const token = readTracking(url.replace(/^\/t\/[oc]\//, ''), [trackingKey]);
      this.visits.push(
        `${token?.kind ?? url} ${token?.deliveryId ?? rawBody.toString()} ${headers['user-agent'] ?? ''}`,
      );
      response.writeHead(token?.link ? 302 : 200, token?.link ? { location: token.link.url } : {}).end();
    }
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

let edge: Edge;
let simulator: RunningSimulator;
let place: ReturnType<typeof temporaryHome>;
let smtp: ChannelProvider;
let mandrill: ChannelProvider;
let port: number;

beforeEach(async () => {
  place = temporaryHome();
  edge = new Edge();
  await edge.start();
  port = await freePort();
  simulator = await startSimulator({
    home: place.home,
    seed: 'test',
    webhookUrl: edge.url,
    secrets: { ...secrets, SIMULATOR_SMTP_PORT: String(port) },
    retryMs: [10],
  });
  smtp = server('right');
  mandrill = createMandrillProvider({ apiKey: secrets.MANDRILL_API_KEY, baseUrl: simulator.url });
});
afterEach(async () => {
  smtp.close();
  mandrill.close();
  await simulator.stop();
  await edge.close();
  place.remove();
});

const server = (password: string) =>
  createSmtpProvider({
    host: '127.0.0.1',
    port,
    security: 'none',
    user: 'homing',
    password,
    bounceDomain: 'bounces.sandbox.test',
    tracking: { baseUrl: edge.url, key: trackingKey },
  });
const html = '<p>Hello</p><a href="https://sandbox.test/read-more?a=1&amp;b=2">more</a>';

describe('the simulator plays a mail server', () => {
  it('writes an accepted mail to the ledger before it says so, and takes none from a stranger', async () => {
    const sent = await sending(smtp)('r1@sandbox.test', { html });
    expect(await ledgerOf(simulator.url)).toEqual([
      expect.objectContaining({
        provider: 'smtp',
        channel: 'email',
        to: 'r1@sandbox.test',
        deliveryId: deliveryOf('r1@sandbox.test'),
        attempt: 1,
        messageId: sent.kind === 'accepted' ? sent.providerMessageId : '',
      }),
    ]);
    const stranger = server('wrong');
    expect(await sending(stranger)('r2@sandbox.test')).toMatchObject({ kind: 'rejected', class: 'auth' });
    stranger.close();
    expect(await ledgerOf(simulator.url)).toHaveLength(1);
  });

  it.each([
    [{ errorRates: { '503': 1 } }, { class: 'retryable' }],
    [{ errorRates: { '401': 1 } }, { class: 'auth' }],
    [{ errorRates: { '400': 1 } }, { class: 'permanent' }],
    [{ throttle: { rate: 1 } }, { class: 'throttled' }],
    [{ dropBeforeAccept: 1 }, { kind: 'unknown' }],
  ])('says no as ordered, and accepts nothing: %j', async (behaviour, expected) => {
    await ordered(simulator.url, 'smtp', behaviour);
    expect(await sending(smtp)('r1@sandbox.test')).toMatchObject(expected);
    expect(await ledgerOf(simulator.url)).toEqual([]);
  });

  it('accepts and then drops the connection: unknown to the caller, once in the ledger', async () => {
    await ordered(simulator.url, 'smtp', { dropAfterAccept: 1 });
    expect(await sending(smtp)('r1@sandbox.test')).toMatchObject({ kind: 'unknown' });
    expect(await ledgerOf(simulator.url)).toHaveLength(1);
  });

  it('returns mails for what goes wrong and for what readers answer', async () => {
    const stories: Record<string, string[]> = {
      'r1+bounces@sandbox.test': ['bounced'],
      'r2+softbounces@sandbox.test': ['bounced'],
      'r3+defers@sandbox.test': ['deferred', 'deferred'],
      'r4+asyncbounces@sandbox.test': ['bounced'],
      'r5+complains@sandbox.test': ['complained'],
    };
    await Promise.all(Object.keys(stories).map((to) => sending(smtp)(to, { html })));
    await sending(smtp)('r6+replies@sandbox.test');
    const all = Object.values(stories).flat().length;
    await edge.until(() => edge.facts.length === all && edge.inbound.length === 1);
    for (const [to, facts] of Object.entries(stories)) expect(edge.factsOf(to)).toEqual(facts);
    expect(edge.facts.filter(({ subtype }) => subtype === 'hard')).toHaveLength(2);
    expect(edge.inbound).toMatchObject([
      { from: 'r6+replies@sandbox.test', text: 'Yes, please.', inReplyTo: expect.stringContaining('@sandbox.test') },
    ]);
  });

  it('has readers who load the picture, follow the link and leave', async () => {
    const headers = { 'List-Unsubscribe': `<${edge.url}/u/token>` };
    await sending(smtp)('r1+opens+clicks+unsubscribes@sandbox.test', { html, headers });
    await sending(smtp)('r2+machineopens@sandbox.test', { html });
    await edge.until(() => edge.visits.length === 4);
    const [one, two] = ['r1+opens+clicks+unsubscribes@sandbox.test', 'r2+machineopens@sandbox.test'].map(deliveryOf);
    expect(edge.visits.toSorted()).toEqual([
      expect.stringMatching(/^\/u\/token List-Unsubscribe=One-Click/),
      expect.stringContaining(`click ${one} Mozilla/5.0 (X11`),
      expect.stringContaining(`open ${one} Mozilla/5.0 (X11`),
      `open ${two} Mozilla/5.0`,
    ]);
  });
});

describe('the simulator plays Mandrill', () => {
  it.each([
    [{ errorRates: { '503': 1 } }, { class: 'retryable' }],
    [{ errorRates: { '401': 1 } }, { class: 'auth' }],
    [{ errorRates: { '500': 1 } }, { kind: 'unknown' }],
    [
      { throttle: { rate: 1, style: 'retry-after', retryAfterSeconds: 30 } },
      { class: 'throttled', retryAfterSeconds: 30 },
    ],
  ])('says no as ordered, and accepts nothing: %j', async (behaviour, expected) => {
    await ordered(simulator.url, 'mandrill', behaviour);
    expect(await sending(mandrill)('r1@sandbox.test')).toMatchObject(expected);
    expect(await ledgerOf(simulator.url)).toEqual([]);
  });

  it('tells what becomes of each persona, signed', async () => {
    const stories: Record<string, string[]> = {
      'r1+opens+clicks@sandbox.test': ['sent', 'opened', 'clicked'],
      'r2+bounces@sandbox.test': ['sent', 'bounced'],
      'r3+drops@sandbox.test': ['dropped'],
      'r4+defers@sandbox.test': ['sent', 'deferred', 'deferred'],
      'r5+unsubscribes@sandbox.test': ['sent', 'opened', 'unsubscribed'],
      'r6+complains@sandbox.test': ['sent', 'complained'],
    };
    await Promise.all(Object.keys(stories).map((to) => sending(mandrill)(to)));
    await sending(mandrill)('r7+replies@sandbox.test');
    const done = () => Object.entries(stories).every(([to, facts]) => edge.factsOf(to).length === facts.length);
    await edge.until(() => done() && edge.inbound.length === 1);
    for (const [to, facts] of Object.entries(stories)) expect(edge.factsOf(to).toSorted()).toEqual(facts.toSorted());
    expect(edge.inbound).toMatchObject([{ provider: 'mandrill', from: 'r7+replies@sandbox.test' }]);
  });
});
