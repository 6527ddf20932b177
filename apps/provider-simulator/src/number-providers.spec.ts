// Every provider that writes to numbers, and the generic ones: sent over HTTP, in the ledger once, told by a signed webhook, read by the product.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ChannelProvider } from '@homing/channels';
import type { LedgerLine, RunningSimulator } from './index.js';
import { NumberListener, providersAt, secrets, sendTo } from './number-providers.fixture.js';
import { ledgerOf, temporaryHome } from './simulator.fixture.js';
import { startSimulator } from './simulator.js';

let listener: NumberListener;
let simulator: RunningSimulator;
let providers: Readonly<Record<string, ChannelProvider>>;
let home: ReturnType<typeof temporaryHome>;

beforeEach(async () => {
  home = temporaryHome();
  listener = await NumberListener.start();
  simulator = await startSimulator({ home: home.home, seed: 's', webhookUrl: listener.url, secrets, retryMs: [20] });
  providers = providersAt(simulator.url);
});
afterEach(async () => {
  for (const provider of Object.values(providers)) provider.close();
  await simulator.stop();
  await listener.close();
  home.remove();
});

const behave = (behaviours: object) =>
  fetch(`${simulator.url}/_behaviour`, { method: 'PUT', body: JSON.stringify(behaviours) });
const at = (key: string): ChannelProvider => providers[key] as ChannelProvider;
const told = (): string[] => listener.facts.map(({ fact }) => fact).sort();

const STORIES = [
  { key: 'twilio', to: '+15005550010', facts: ['delivered', 'sent'], named: true },
  { key: 'twilio', to: '+15005550045', facts: ['sent', 'undelivered'], named: true },
  { key: 'twilio', to: '+15005550046', facts: ['failed', 'sent'], named: true },
  { key: 'twilio_whatsapp', to: '+15005550042', facts: ['delivered', 'read', 'sent'], named: true },
  { key: 'textbee', to: '+15005550010', facts: ['delivered', 'sent'], named: false },
  { key: 'textbee', to: '+15005550047', facts: ['delivered', 'other', 'other', 'sent'], named: false },
  { key: 'textbee', to: '+15005550046', facts: ['failed', 'sent'], named: false },
  { key: 'generic_sms', to: '+15005550045', facts: ['sent', 'undelivered'], named: true },
  { key: 'generic_whatsapp', to: '+15005550042', facts: ['delivered', 'read', 'sent'], named: true },
  {
    key: 'generic_email',
    to: 'r1+clicks@sandbox.test',
    facts: ['clicked', 'delivered', 'opened', 'sent'],
    named: true,
  },
  { key: 'generic_email', to: 'r2+bounces@sandbox.test', facts: ['bounced', 'sent'], named: true },
] as const;

describe('each provider, from the call to the fact', () => {
  it.each(STORIES.map((story) => [`${story.key} to ${story.to}`, story] as const))('%s', async (_name, story) => {
    const { key, to, facts, named } = story;
    const result = await sendTo(at(key), to);
    const [line, ...others] = await ledgerOf(simulator.url);
    expect(others).toEqual([]);
    expect(result).toEqual({ kind: 'accepted', providerMessageId: line?.messageId });
    expect(line).toMatchObject({ provider: key, channel: at(key).channel, to });
    await listener.until(() => listener.facts.length === facts.length);
    expect(told()).toEqual([...facts]);
    const ids = named ? { deliveryId: line?.deliveryId, attempt: 1, tenantId: 't1' } : {};
    for (const fact of listener.facts) expect(fact).toMatchObject({ providerMessageId: line?.messageId, ...ids });
    const whose = listener.facts.map(({ provider = 'textbee', channel = 'sms' }) => `${provider} ${channel}`);
    expect(new Set(whose)).toEqual(new Set([`${key} ${at(key).channel}`]));
    expect(new Set(listener.facts.map(({ providerEventId }) => providerEventId)).size).toBe(facts.length);
    expect(listener.refused).toEqual([]);
  });

  it.each([
    ['twilio', 'stop'],
    ['twilio_whatsapp', undefined],
    ['textbee', undefined],
    ['generic_sms', undefined],
  ] as const)('%s hands on what people write', async (key, keyword) => {
    await sendTo(at(key), '+15005550043');
    await sendTo(at(key), '+15005550044');
    await listener.until(() => listener.inbound.length === 2);
    const byText = listener.inbound.toSorted((a, b) => (a.text ?? '').localeCompare(b.text ?? ''));
    expect(byText).toMatchObject([
      { kind: 'message', provider: key, channel: at(key).channel, from: '+15005550043', text: 'Sounds good, call me' },
      { kind: 'message', provider: key, from: '+15005550044', text: 'STOP', ...(keyword ? { keyword } : {}) },
    ]);
    expect(listener.refused).toEqual([]);
  });
});

describe('what goes wrong', () => {
  it.each(Object.keys(providersAt('http://127.0.0.1:1')))(
    '%s: throttled, refused and broken calls leave nothing in the ledger',
    async (key) => {
      const to = key === 'generic_email' ? 'r1@sandbox.test' : '+15005550010';
      const style = { rate: 1, style: 'retry-after', retryAfterSeconds: 7 };
      await behave({ [key]: { throttle: style } });
      expect(await sendTo(at(key), to)).toMatchObject({ kind: 'rejected', class: 'throttled', retryAfterSeconds: 7 });
      await behave({ [key]: { errorRates: { 401: 1 } } });
      expect(await sendTo(at(key), to)).toMatchObject({ kind: 'rejected', class: 'auth' });
      await behave({ [key]: { errorRates: { 500: 1 } } });
      expect(await sendTo(at(key), to)).toMatchObject({ kind: 'unknown' });
      await behave({ [key]: { dropBeforeAccept: 1 } });
      expect(await sendTo(at(key), to)).toMatchObject({ kind: 'unknown' });
      expect(await ledgerOf(simulator.url)).toEqual([]);
      await behave({ [key]: { dropAfterAccept: 1 } });
      expect(await sendTo(at(key), to)).toMatchObject({ kind: 'unknown' });
      expect(await ledgerOf(simulator.url)).toHaveLength(1);
    },
  );

  it('a generic provider takes a second call under its key for the first, over a restart too', async () => {
    await behave({ generic_sms: { dropAfterAccept: 1 } });
    expect(await sendTo(at('generic_sms'), '+15005550010')).toMatchObject({ kind: 'unknown' });
    await simulator.stop();
    simulator = await startSimulator({ home: home.home, seed: 's', webhookUrl: listener.url, secrets, retryMs: [20] });
    for (const provider of Object.values(providers)) provider.close();
    providers = providersAt(simulator.url);
    const [line] = (await ledgerOf(simulator.url)) as [LedgerLine];
    const again = await sendTo(at('generic_sms'), '+15005550010');
    expect(again).toEqual({ kind: 'accepted', providerMessageId: line.messageId });
    expect(await ledgerOf(simulator.url)).toHaveLength(1);
    await sendTo(at('generic_sms'), '+15005550010', { attempt: 2 });
    expect(await ledgerOf(simulator.url)).toHaveLength(2);
  });

  it('Twilio’s webhooks come again on a 503, under the same event id', async () => {
    listener.statuses.push(503);
    await sendTo(at('twilio'), '+15005550010');
    await listener.until(() => listener.facts.length === 2);
    expect(listener.posts).toBe(3);
    expect(told()).toEqual(['delivered', 'sent']);
  });

  it('TextBee never comes again after a 4xx: what it was told off for is lost', async () => {
    listener.statuses.push(429);
    await sendTo(at('textbee'), '+15005550010');
    await listener.until(() => listener.posts === 2);
    expect(listener.facts).toHaveLength(1);
    await sendTo(at('textbee'), '+15005550011');
    await listener.until(() => listener.facts.length === 3);
    expect(listener.posts).toBe(4);
  });

  it('an unsigned webhook is refused', async () => {
    await behave({ twilio: { webhook: { unsigned: true } } });
    await sendTo(at('twilio'), '+15005550010');
    await listener.until(() => listener.refused.length > 0);
    expect(listener.facts).toEqual([]);
    expect(listener.refused[0]).toContain('signature_missing');
  });

  it('Twilio’s magic numbers are refused by their numbers', async () => {
    const codeOf = async (to: string) => sendTo(at('twilio'), to);
    expect(await codeOf('+15005550004')).toEqual({ kind: 'rejected', class: 'suppressed', code: 'opted_out' });
    expect(await codeOf('+15005550009')).toEqual({ kind: 'rejected', class: 'permanent', code: 'not_mobile' });
    expect(await ledgerOf(simulator.url)).toEqual([]);
  });
});
