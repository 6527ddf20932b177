// Mailgun and Brevo as they are played, from the product's own call to the facts its own parsers take from their webhooks.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  createBrevoProvider,
  createBrevoWebhook,
  createMailgunProvider,
  createMailgunWebhook,
  type ChannelProvider,
  type WebhookParser,
} from '@homing/channels';
import { deliveryOf, MailListener, ordered, sending } from './mail-providers.fixture.js';
import { ledgerOf, temporaryHome } from './simulator.fixture.js';
import { startSimulator, type RunningSimulator } from './simulator.js';

const secrets = {
  MAILGUN_API_KEY: 'key-simulated',
  MAILGUN_WEBHOOK_SIGNING_KEY: 'signing-key-simulated',
  BREVO_API_KEY: 'xkeysib-simulated',
  BREVO_WEBHOOK_TOKEN: 'a-webhook-token-that-is-long-enough-1',
};

interface Played {
  readonly name: string;
  readonly parser: WebhookParser;
  readonly keys: readonly string[];
  provide(baseUrl: string, apiKey?: string): ChannelProvider;
  /** What becomes of each persona. */
  readonly stories: Readonly<Record<string, readonly string[]>>;
  readonly stateless: Readonly<Record<string, string>>;
}

const mailgun: Played = {
  name: 'mailgun',
  parser: createMailgunWebhook(),
  keys: [secrets.MAILGUN_WEBHOOK_SIGNING_KEY],
  provide: (baseUrl, apiKey = secrets.MAILGUN_API_KEY) =>
    createMailgunProvider({ apiKey, domain: 'mg.sandbox.test', baseUrl, events: {} }),
  stories: {
    'r1+opens+clicks@sandbox.test': ['queued', 'delivered', 'opened', 'clicked'],
    'r2+bounces@sandbox.test': ['queued', 'bounced'],
    'r3+drops@sandbox.test': ['dropped'],
    'r4+defers@sandbox.test': ['queued', 'deferred', 'deferred', 'delivered'],
    'r5+unsubscribes@sandbox.test': ['queued', 'delivered', 'opened', 'unsubscribed'],
    'r6+complains@sandbox.test': ['queued', 'delivered', 'complained'],
    'r7+machineopens@sandbox.test': ['queued', 'delivered', 'opened'],
    'r8+asyncbounces@sandbox.test': ['queued', 'delivered', 'bounced'],
    'r9+softbounces@sandbox.test': ['queued', 'bounced'],
    'r10+fails@sandbox.test': ['queued', 'failed'],
    'r11+silent@sandbox.test': [],
  },
  stateless: { 'r6+complains@sandbox.test': 'complained' },
};

const brevo: Played = {
  ...mailgun,
  name: 'brevo',
  parser: createBrevoWebhook(),
  keys: [secrets.BREVO_WEBHOOK_TOKEN],
  provide: (baseUrl, apiKey = secrets.BREVO_API_KEY) => createBrevoProvider({ apiKey, baseUrl }),
  stateless: {},
};

describe.each([mailgun, brevo])('the simulator plays $name to the real SDK', (played) => {
  let simulator: RunningSimulator;
  let listener: MailListener;
  let provider: ChannelProvider;
  let send: ReturnType<typeof sending>;
  let place: ReturnType<typeof temporaryHome>;
  const behave = (behaviour: object) => ordered(simulator.url, played.name, behaviour);
  const start = async () => {
    provider?.close();
    simulator = await startSimulator({
      home: place.home,
      seed: 'test',
      webhookUrl: listener.url,
      secrets,
      retryMs: [10],
    });
    provider = played.provide(simulator.url);
    send = sending(provider);
  };

  beforeEach(async () => {
    place = temporaryHome();
    listener = await MailListener.start(played.parser, played.keys);
    await start();
  });
  afterEach(async () => {
    provider.close();
    await simulator.stop();
    await listener.close();
    place.remove();
  });

  it('writes an accepted message to the ledger under the id it answers with', async () => {
    const sent = await send('r1@sandbox.test');
    expect(await ledgerOf(simulator.url)).toEqual([
      expect.objectContaining({
        n: 1,
        provider: played.name,
        channel: 'email',
        to: 'r1@sandbox.test',
        deliveryId: deliveryOf('r1@sandbox.test'),
        attempt: 1,
        messageId: sent.kind === 'accepted' ? sent.providerMessageId : '',
      }),
    ]);
  });

  it('accepts nothing in the sandbox, under another key or with a fault', async () => {
    expect(await send('r1@sandbox.test', { sandbox: true })).toMatchObject({ kind: 'accepted' });
    const stranger = played.provide(simulator.url, 'stolen');
    expect(await sending(stranger)('r1@sandbox.test')).toMatchObject({ kind: 'rejected', class: 'auth' });
    stranger.close();
    expect(await send('r1@nowhere')).toMatchObject({ kind: 'rejected', class: 'permanent' });
    expect(await ledgerOf(simulator.url)).toEqual([]);
  });

  it.each([
    [{ errorRates: { '503': 1 } }, { class: 'retryable', code: 'http_503' }],
    [{ errorRates: { '401': 1 } }, { class: 'auth' }],
    [{ errorRates: { '500': 1 } }, { kind: 'unknown' }],
    [{ dropBeforeAccept: 1 }, { kind: 'unknown' }],
    [
      { throttle: { rate: 1, style: 'retry-after', retryAfterSeconds: 30 } },
      { class: 'throttled', retryAfterSeconds: 30 },
    ],
    [{ throttle: { rate: 1, style: 'none' } }, { class: 'throttled', code: 'http_429' }],
  ])('says no as ordered, and accepts nothing: %j', async (behaviour, expected) => {
    expect((await behave(behaviour)).status).toBe(200);
    expect(await send('r1@sandbox.test')).toMatchObject(expected);
    expect(await ledgerOf(simulator.url)).toEqual([]);
  });

  it('accepts and then drops the connection: unknown to the caller, in the ledger, settled by webhook', async () => {
    await behave({ dropAfterAccept: 1 });
    expect(await send('r1@sandbox.test')).toMatchObject({ kind: 'unknown' });
    expect(await ledgerOf(simulator.url)).toHaveLength(1);
    await listener.until(() => listener.facts.some(({ fact }) => fact === 'delivered'));
    expect(listener.facts[0]).toMatchObject({ deliveryId: deliveryOf('r1@sandbox.test'), attempt: 1, tenantId: 't1' });
  });

  it('tells each persona’s story in webhooks the product verifies', async () => {
    const ids = new Map<string, string>();
    for (const to of Object.keys(played.stories)) {
      const sent = await send(to);
      ids.set(to, sent.kind === 'accepted' ? sent.providerMessageId : '');
    }
    const told = (to: string) => listener.factsOf(ids.get(to) ?? '');
    await listener.until(() => Object.entries(played.stories).every(([to, story]) => told(to).length >= story.length));
    for (const [to, story] of Object.entries(played.stories))
      expect([to, told(to).toSorted()]).toEqual([to, story.toSorted()]);
    expect(new Set(listener.heard.map(({ verdict }) => verdict))).toEqual(new Set(['valid']));
    const of = (to: string) => listener.facts.filter((fact) => fact.providerMessageId === ids.get(to));
    expect(of('r7+machineopens@sandbox.test').find(({ fact }) => fact === 'opened')?.machine).toBe(true);
    expect(of('r1+opens+clicks@sandbox.test').find(({ fact }) => fact === 'opened')).not.toHaveProperty('machine');
    expect(of('r2+bounces@sandbox.test').find(({ fact }) => fact === 'bounced')).toMatchObject({
      subtype: 'hard',
      code: 'smtp_5_1_1',
    });
    expect(of('r9+softbounces@sandbox.test').find(({ fact }) => fact === 'bounced')?.subtype).toBe('soft');
    for (const to of Object.keys(played.stories))
      for (const fact of of(to))
        if (played.stateless[to] === fact.fact) expect(fact).not.toHaveProperty('deliveryId');
        else expect(fact).toMatchObject({ deliveryId: deliveryOf(to), attempt: 1, tenantId: 't1' });
  });

  it('hands on what the person answers, and to what', async () => {
    const sent = await send('r1+replies@sandbox.test');
    await listener.until(() => listener.inbound.length > 0);
    expect(listener.inbound[0]).toMatchObject({
      kind: 'message',
      provider: played.name,
      channel: 'email',
      from: 'r1+replies@sandbox.test',
      to: 'replies@sandbox.test',
      subject: 'Re: your message',
      inReplyTo: sent.kind === 'accepted' ? sent.providerMessageId : '',
    });
    expect(listener.inbound[0]?.text?.trim()).toBe('Yes, please.');
    expect(listener.heard.every(({ verdict }) => verdict === 'valid')).toBe(true);
  });

  it('posts the same bytes again until they are taken', async () => {
    listener.status = played.parser.answers?.notStored;
    await send('r1@sandbox.test');
    await listener.until(() => listener.heard.length >= 6);
    expect(new Set(listener.heard.map(({ body }) => body)).size).toBeLessThanOrEqual(2);
    listener.status = 200;
    const before = listener.heard.length;
    await listener.until(() => listener.heard.length > before);
    expect(listener.heard.every(({ verdict }) => verdict === 'valid')).toBe(true);
    expect(new Set(listener.facts.map(({ providerEventId }) => providerEventId)).size).toBeLessThanOrEqual(2);
  });

  it('is heard by nobody as a stranger, and stops when told that it is one', async () => {
    await send('r1@sandbox.test');
    await listener.until(() => listener.facts.length === 2);
    const honest = listener.heard.length;
    await behave({ webhook: { unsigned: true } });
    await send('r2@sandbox.test');
    await listener.until(() => listener.heard.length === honest + 2);
    const reason = played.name === 'mailgun' ? 'replayed' : 'token_mismatch';
    expect(listener.heard.slice(honest).map(({ verdict }) => verdict)).toEqual([reason, reason]);
    expect(listener.facts).toHaveLength(2);
  });

  it('tells a message of a former life again, under the same event ids', async () => {
    await behave({ webhook: { paused: true } });
    await send('r1@sandbox.test');
    await simulator.stop();
    expect(listener.heard).toEqual([]);
    await start();
    await listener.until(() => listener.facts.length === 2);
    expect(new Set(listener.facts.map(({ providerEventId }) => providerEventId)).size).toBe(2);
  });
});

describe('what only one of them can', () => {
  let simulator: RunningSimulator;
  let place: ReturnType<typeof temporaryHome>;
  const start = async () => {
    simulator = await startSimulator({ home: place.home, seed: 'test', secrets });
  };
  beforeEach(async () => {
    place = temporaryHome();
    await start();
  });
  afterEach(async () => {
    await simulator.stop();
    place.remove();
  });

  it('Brevo takes a second call under the same key for the first, also after a restart', async () => {
    let provider = brevo.provide(simulator.url);
    await ordered(simulator.url, 'brevo', { dropAfterAccept: 1 });
    expect(await sending(provider)('r1@sandbox.test')).toMatchObject({ kind: 'unknown' });
    await ordered(simulator.url, 'brevo', {});
    expect(await sending(provider)('r1@sandbox.test')).toMatchObject({ kind: 'accepted' });
    provider.close();
    await simulator.stop();
    await start();
    provider = brevo.provide(simulator.url);
    expect(await sending(provider)('r1@sandbox.test')).toMatchObject({ kind: 'accepted' });
    expect(await ledgerOf(simulator.url)).toHaveLength(1);
    // Another attempt is another message.
    expect(await sending(provider)('r1@sandbox.test', { attempt: 2 })).toMatchObject({ kind: 'accepted' });
    expect(await ledgerOf(simulator.url)).toHaveLength(2);
    provider.close();
  });

  it('Mailgun says what it took when asked, also what it never answered for', async () => {
    const provider = mailgun.provide(simulator.url);
    const send = sending(provider);
    const lookUp = (to: string, attempt = 1) =>
      provider.lookUp?.(
        { deliveryId: deliveryOf(to), attempt, tenantId: 't1' },
        { signal: new AbortController().signal, timeoutMs: 30_000 },
      );
    const sent = await send('r1@sandbox.test');
    const providerMessageId = sent.kind === 'accepted' ? sent.providerMessageId : '';
    await ordered(simulator.url, 'mailgun', { dropAfterAccept: 1 });
    expect(await send('r2@sandbox.test')).toMatchObject({ kind: 'unknown' });
    await ordered(simulator.url, 'mailgun', { dropBeforeAccept: 1 });
    expect(await send('r3@sandbox.test')).toMatchObject({ kind: 'unknown' });
    expect(await lookUp('r1@sandbox.test')).toEqual({ kind: 'accepted', providerMessageId });
    expect(await lookUp('r2@sandbox.test')).toMatchObject({ kind: 'accepted' });
    expect(await lookUp('r3@sandbox.test')).toEqual({ kind: 'not_found' });
    expect(await lookUp('r1@sandbox.test', 2)).toEqual({ kind: 'not_found' });
    await ordered(simulator.url, 'mailgun', { activity: { delayMs: 86_400_000 } });
    expect(await lookUp('r1@sandbox.test')).toEqual({ kind: 'not_found' });
    await ordered(simulator.url, 'mailgun', { activity: { allowed: false } });
    expect(await lookUp('r1@sandbox.test')).toEqual({ kind: 'unsupported', code: 'http_401' });
    provider.close();
  });
});
