// WhatsApp, Messenger, Instagram and X as they are played: sent by the product's providers, heard by its parsers.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  createInstagramProvider,
  createMessengerProvider,
  createWhatsappCloudProvider,
  createXDmProvider,
  type ChannelProvider,
  type OutboundMessage,
} from '@homing/channels';
import { ledgerOf, temporaryHome } from '../simulator.fixture.js';
import { startSimulator, type RunningSimulator } from '../simulator.js';
import { HearingListener } from './heard.fixture.js';

const secrets = {
  WHATSAPP_ACCESS_TOKEN: 'wa-token',
  MESSENGER_PAGE_TOKEN: 'page-token',
  INSTAGRAM_ACCESS_TOKEN: 'ig-token',
  META_APP_SECRET: 'app-secret,older',
  INSTAGRAM_APP_SECRET: 'ig-secret',
  X_ACCESS_TOKEN: 'x-token',
  X_CONSUMER_SECRET: 'x-secret',
  X_USER_ID: '42',
};
const READER: Record<string, string> = {
  whatsapp_cloud: '+15005550042',
  messenger: 'person-1+reads',
  instagram: 'person-2+reads',
  x_dm: 'person-3+reads',
};

describe('the simulator plays Meta and X', () => {
  let simulator: RunningSimulator;
  let listener: HearingListener;
  let place: ReturnType<typeof temporaryHome>;
  let providers: ChannelProvider[];

  beforeEach(async () => {
    place = temporaryHome();
    listener = await HearingListener.start('app-secret', 'ig-secret', 'x-secret');
    simulator = await startSimulator({
      home: place.home,
      seed: 'test',
      webhookUrl: listener.url,
      secrets,
      retryMs: [10],
    });
    const at = (path: string) => `${simulator.url}/${path}`;
    providers = [
      createWhatsappCloudProvider({
        accessToken: 'wa-token',
        phoneNumberId: '1065',
        appSecret: 'app-secret',
        baseUrl: at('whatsapp'),
      }),
      createMessengerProvider({ accessToken: 'page-token', pageId: '2001', baseUrl: at('messenger') }),
      createInstagramProvider({ accessToken: 'ig-token', baseUrl: at('instagram') }),
      createXDmProvider({ accessToken: 'x-token', baseUrl: at('x') }),
    ];
  });
  afterEach(async () => {
    for (const provider of providers) provider.close();
    await simulator.stop();
    await listener.close();
    place.remove();
  });

  const provider = (key: string) => {
    const found = providers.find((each) => each.key === key);
    if (!found) throw new Error(`nobody plays ${key}`);
    return found;
  };
  const send = (key: string, to = READER[key] ?? '', changes: Partial<OutboundMessage> = {}) =>
    provider(key).send(
      {
        deliveryId: `${key}-${to.replace(/\W/g, '')}.1`,
        attempt: 1,
        tenantId: 't1',
        to: { address: to },
        from: { address: 'desk@sandbox.test' },
        text: 'Grüße',
        ...changes,
      },
      { signal: new AbortController().signal, timeoutMs: 30_000 },
    );
  const behave = (key: string, behaviour: object) =>
    fetch(`${simulator.url}/_behaviour`, { method: 'PUT', body: JSON.stringify({ [key]: behaviour }) });
  const saw = (key: string, fact: string) => listener.facts.some((each) => each.provider === key && each.fact === fact);
  const wrote = (key: string, kind: string) =>
    listener.inbound.find((each) => each.provider === key && each.kind === kind);

  it.each([
    ['whatsapp_cloud', 'whatsapp'],
    ['messenger', 'facebook'],
    ['instagram', 'instagram'],
    ['x_dm', 'twitter'],
  ])('%s: sent, in the ledger, told of, heard', async (key, channel) => {
    const result = await send(key);
    const [line] = await ledgerOf(simulator.url);
    const named = key === 'whatsapp_cloud' || key === 'messenger';
    expect(line).toMatchObject({
      provider: key,
      channel,
      to: READER[key],
      deliveryId: named ? `${key}-${(READER[key] ?? '').replace(/\W/g, '')}.1` : null,
      attempt: named ? 1 : null,
      idempotencyKey: null,
    });
    const receipt = key === 'messenger' || key === 'x_dm';
    await listener.until(() =>
      receipt ? wrote(key, 'receipt')?.receipt?.fact === 'read' || hasRead(key) : saw(key, 'read'),
    );
    expect(listener.heard.every(({ verdict, faults }) => verdict === 'valid' && faults.length === 0)).toBe(true);
    const id = result.kind === 'accepted' ? result.providerMessageId : '';
    for (const fact of listener.facts) expect(fact).toMatchObject({ provider: key, channel, providerMessageId: id });
  });
  const hasRead = (key: string) =>
    listener.inbound.some((each) => each.provider === key && each.receipt?.fact === 'read');

  it.each(Object.keys(READER))('%s: whoever answers is heard, with every letter', async (key) => {
    const to = key === 'whatsapp_cloud' ? '+15005550043' : 'person-4+replies';
    await send(key, to);
    await listener.until(() => wrote(key, 'message') !== undefined);
    expect(wrote(key, 'message')).toMatchObject({ from: to, text: 'Ja, gerne – später 🙂' });
    const body = listener.heard.find(({ inbound }) => inbound.some(({ kind }) => kind === 'message'))?.body ?? '';
    // Meta escapes what is beyond ASCII, X does not: signatures are over bytes.
    expect(/[\u0080-\uffff]/.test(body)).toBe(key === 'x_dm');
  });

  it('names the message of ours that is answered where the provider does', async () => {
    const sent = await send('whatsapp_cloud', '+15005550043');
    await listener.until(() => wrote('whatsapp_cloud', 'message') !== undefined);
    const inReplyTo = sent.kind === 'accepted' ? sent.providerMessageId : '';
    expect(wrote('whatsapp_cloud', 'message')).toMatchObject({ inReplyTo });
  });

  it('reaches a Brazilian number under its wa_id, answers from there, and says so', async () => {
    const to = '+5511987650043';
    await send('whatsapp_cloud', to);
    const reached = { deliveryId: `whatsapp_cloud-${to.slice(1)}.1`, attempt: 1 };
    await listener.until(() => wrote('whatsapp_cloud', 'message') !== undefined);
    expect(wrote('whatsapp_cloud', 'message')).toMatchObject({ from: '+551187650043' });
    expect(wrote('whatsapp_cloud', 'alias')).toMatchObject({ from: '+551187650043', reached });
  });

  it('reads without ever having said delivered, sometimes; and WhatsApp’s failures have their codes', async () => {
    const readers = Array.from({ length: 12 }, (_, i) => `+150055510${i}42`);
    for (const to of readers) await send('whatsapp_cloud', to);
    await send('whatsapp_cloud', '+15005550046');
    await send('whatsapp_cloud', '+15005550048');
    const factsOf = (fact: string) => listener.facts.filter((each) => each.fact === fact);
    await listener.until(() => factsOf('read').length === 12 && factsOf('failed').length === 2);
    expect(factsOf('delivered').length).toBeLessThan(12);
    expect(
      factsOf('failed')
        .map(({ code }) => code)
        .sort(),
    ).toEqual(['opted_out', 'send_failed']);
  });

  it('tells of many messages in one body', async () => {
    await behave('messenger', { webhook: { paused: true } });
    for (let i = 0; i < 5; i++) await send('messenger', `person-1${i}`);
    await behave('messenger', { webhook: { batchSize: 100, gatherMs: 200 } });
    await listener.until(() => listener.facts.filter(({ fact }) => fact === 'sent').length === 5);
    expect(listener.heard.some(({ body }) => (JSON.parse(body) as { entry: object[] }).entry.length >= 5)).toBe(true);
  });

  it.each([
    [{ errorRates: { '503': 1 } }, { class: 'retryable' }, { class: 'retryable' }],
    [{ errorRates: { '401': 1 } }, { class: 'auth' }, { class: 'auth' }],
    [{ errorRates: { '403': 1 } }, { class: 'auth' }, { class: 'permanent' }],
    [{ errorRates: { '500': 1 } }, { kind: 'unknown' }, { kind: 'unknown' }],
    [{ errorRates: { '400': 1 } }, { class: 'permanent' }, { class: 'permanent' }],
    [{ dropBeforeAccept: 1 }, { kind: 'unknown' }, { kind: 'unknown' }],
    [
      { throttle: { rate: 1, style: 'x-rate-limit-reset', retryAfterSeconds: 30 } },
      { class: 'throttled' },
      { class: 'throttled' },
    ],
  ])('says no as ordered, and takes nothing: %j', async (behaviour, ofMeta, ofX) => {
    for (const key of Object.keys(READER)) {
      expect((await behave(key, behaviour)).status).toBe(200);
      expect(await send(key)).toMatchObject(key === 'x_dm' ? ofX : ofMeta);
    }
    expect(await ledgerOf(simulator.url)).toEqual([]);
  });

  it('takes a message and never says so: nobody knows, the ledger does', async () => {
    for (const key of Object.keys(READER)) {
      await behave(key, { dropAfterAccept: 1 });
      expect(await send(key)).toMatchObject({ kind: 'unknown' });
    }
    expect((await ledgerOf(simulator.url)).map((line) => line.provider)).toEqual(Object.keys(READER));
    // The echo of the page names the attempt, so this one settles.
    await listener.until(() => listener.facts.some(({ provider: by, fact }) => by === 'messenger' && fact === 'sent'));
    expect(listener.facts.find(({ provider: by }) => by === 'messenger')).toMatchObject({ attempt: 1, tenantId: 't1' });
  });

  it('asks the webhook’s address who it is when it starts', async () => {
    const home = temporaryHome();
    const problems: string[] = [];
    const told = { ...secrets, WEBHOOK_URL: listener.url, META_VERIFY_TOKEN: 'word-for-tests' };
    const other = await startSimulator({
      ...{ home: home.home, seed: 'test', secrets: told },
      report: (problem) => problems.push(problem),
    });
    await listener.until(() => listener.asked.length === 2);
    expect(listener.asked.toSorted()).toEqual(['/webhooks/meta answer', '/webhooks/x answer']);
    await other.stop();
    expect(problems).toEqual([]);
    home.remove();
  });

  it('takes nothing under another token, another proof or in another form', async () => {
    const strangers = [
      createWhatsappCloudProvider({ accessToken: 'x', phoneNumberId: '1', baseUrl: `${simulator.url}/whatsapp` }),
      createWhatsappCloudProvider({
        accessToken: 'wa-token',
        phoneNumberId: '1',
        appSecret: 'guessed',
        baseUrl: `${simulator.url}/whatsapp`,
      }),
      createXDmProvider({ accessToken: 'y', baseUrl: `${simulator.url}/x` }),
    ];
    for (const stranger of strangers) {
      const message = { deliveryId: 'd.1', attempt: 1, tenantId: 't1', from: { address: '' }, text: 'Hello' };
      const options = { signal: new AbortController().signal, timeoutMs: 30_000 };
      const result = await stranger.send({ ...message, to: { address: '15005550000' } }, options);
      expect(result).toMatchObject({ kind: 'rejected', class: 'auth' });
      stranger.close();
    }
    for (const path of [
      '/whatsapp/v23.0/1/media',
      '/messenger/x',
      '/x/2/dm_conversations',
      '/x/2/dm_conversations/with/%zz/messages',
    ])
      expect((await fetch(`${simulator.url}${path}`, { method: 'POST' })).status).toBe(404);
    expect(await ledgerOf(simulator.url)).toEqual([]);
  });
});
