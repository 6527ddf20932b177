import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createSendgridWebhook, signTracking, type TrackingToken } from '@homing/channels';
import type { CloudEvent, ProviderSignal } from '@homing/contracts';
import { createLogger, readEnv, startService, type RunningService } from '@homing/service-kit';
import { Module } from '@nestjs/common';
import { configureHttp } from '../http/http.surface.js';
import { ENGAGEMENT_PARTS, EngagementController } from './engagement.controller.js';
import type { EngagementParts } from './engagement.receiver.js';
import { isMachine } from './visitor.policy.js';

@Module({})
class TestModule {}

const key = 'a tracking key of at least 32 characters';
const sentAt = Date.parse('2026-11-22T01:00:00Z');
const open: TrackingToken = {
  kind: 'open',
  provider: 'smtp',
  tenantId: 'tenant-1',
  deliveryId: '6f1c2f0e-6a3d-5d0b-9a55-0c2b8f7f4a11.1',
  attempt: 1,
  sentAt,
};
const url = `https://sender.test/read?${'long=1&'.repeat(100)}`;
const click: TrackingToken = { ...open, kind: 'click', link: { position: 0, url } };
const browser = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' };

let service: RunningService;
let signals: ProviderSignal[];
let bus: 'stores' | 'refuses' | 'silent' | 'throws';
let release: () => void;
let now: number;

beforeEach(async () => {
  signals = [];
  bus = 'stores';
  now = sentAt + 60_000;
  const parts: EngagementParts = {
    keys: ['an older key that is still believed here', key],
    publish: async (messages) => {
      if (bus === 'throws') throw new Error('away');
      if (bus === 'silent') await new Promise<void>((resolve) => (release = resolve));
      if (bus === 'refuses') return messages.map(() => ({ status: 'rejected', reason: new Error('no ack') }));
      signals.push(...messages.flatMap(({ event }) => (event as CloudEvent<ProviderSignal>).data ?? []));
      return messages.map(() => ({ status: 'fulfilled', value: { stream: 'SIGNALS', seq: 1, duplicate: false } }));
    },
    now: () => now,
    patienceMs: 20,
  };
  const logger = createLogger({ service: 'test', instance: 'test', level: 'silent' });
  const callers = new Map([['sendgrid', { parser: createSendgridWebhook(), keys: [] }]]);
  service = await startService({
    name: 'test',
    env: readEnv({}),
    http: { port: 0 },
    logger,
    module: {
      module: TestModule,
      controllers: [EngagementController],
      providers: [{ provide: ENGAGEMENT_PARTS, useValue: parts }],
    },
    configure: (app) =>
      configureHttp(app, { maxConcurrent: 2, maxBytes: 1_000, parts: { callers, now: Date.now }, logger }),
  });
});
afterEach(() => service.stop());

const call = (path: string, init: RequestInit = {}) =>
  fetch(`${service.url}/t/${path}`, { redirect: 'manual', headers: browser, ...init });

describe('our own pixel and redirect', () => {
  it('shows a pixel nobody keeps, and tells that the mail was opened', async () => {
    const answer = await call(`o/${signTracking(open, key)}`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/gif']);
    expect(answer.headers.get('cache-control')).toContain('no-store');
    expect(answer.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(
      Buffer.from(await answer.arrayBuffer())
        .subarray(0, 3)
        .toString(),
    ).toBe('GIF');
    expect(signals).toMatchObject([
      {
        provider: 'smtp',
        channel: 'email',
        fact: 'opened',
        tenantId: 'tenant-1',
        deliveryId: open.deliveryId,
        attempt: 1,
        occurredAt: '2026-11-22T01:01:00.000Z',
      },
    ]);
    expect(signals[0]).not.toHaveProperty('machine');
  });

  it('leads to where the link led, however long it is, and tells of the click', async () => {
    const answer = await call(`c/${signTracking(click, key)}`);
    expect([answer.status, answer.headers.get('location')]).toEqual([302, url]);
    expect(signals).toMatchObject([{ fact: 'clicked', deliveryId: open.deliveryId }]);
    expect(JSON.stringify(signals)).not.toContain('sender.test');
  });

  it('leads to an address in any letters', async () => {
    const link = { position: 0, url: 'https://sender.test/zażółć?q=gęś' };
    const answer = await call(`c/${signTracking({ ...click, link }, key)}`);
    expect([answer.status, answer.headers.get('location')]).toEqual([302, new URL(link.url).href]);
  });

  it('leads nowhere else', async () => {
    const strange = { ...click, link: { position: 0, url: 'https://evil.test/' } };
    for (const token of [
      signTracking(strange, 'a key of somebody else, 32 characters'),
      signTracking(open, key),
      'x',
      'https://evil.test',
      '%2e%2e',
    ]) {
      const answer = await call(`c/${token}`);
      expect([answer.status, answer.headers.get('location')]).toEqual([404, null]);
    }
    expect((await call('o/forged')).status).toBe(200);
    expect(signals).toEqual([]);
  });

  it('says the same under one id when it is called again, and another once a person follows a machine', async () => {
    const token = signTracking(click, key);
    await call(`c/${token}`, { method: 'HEAD' });
    await call(`c/${token}`);
    await call(`c/${token}`);
    expect(signals.map(({ machine }) => machine)).toEqual([true, undefined, undefined]);
    const [first, second, third] = signals.map(({ providerEventId }) => providerEventId);
    expect([second === third, first === second]).toEqual([true, false]);
  });

  it.each(['refuses', 'silent', 'throws'] as const)('keeps no reader waiting when the bus %s', async (how) => {
    bus = how;
    expect((await call(`c/${signTracking(click, key)}`)).headers.get('location')).toBe(url);
    expect((await call(`o/${signTracking(open, key)}`)).status).toBe(200);
    release?.();
  });
});

describe('a machine', () => {
  const visit = { method: 'GET', headers: browser, sinceSentMs: 60_000 };
  it('is told from a person', () => {
    expect(isMachine(visit)).toBe(false);
    const gmail = 'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)';
    expect(isMachine({ ...visit, headers: { 'user-agent': gmail } })).toBe(false);
    expect(isMachine({ ...visit, method: 'HEAD' })).toBe(true);
    expect(isMachine({ ...visit, sinceSentMs: 1_999 })).toBe(true);
    expect(isMachine({ ...visit, sinceSentMs: 2_000 })).toBe(false);
    for (const name of ['purpose', 'sec-purpose', 'x-purpose', 'x-moz'])
      expect(isMachine({ ...visit, headers: { ...browser, [name]: 'prefetch;prerender' } })).toBe(true);
    for (const agent of [
      '',
      'Mozilla/5.0',
      'curl/8.5.0',
      'Barracuda Sentinel (EE)',
      'Slackbot-LinkExpanding 1.0',
      'python-requests/2.31',
    ])
      expect(isMachine({ ...visit, headers: { 'user-agent': agent } })).toBe(true);
    expect(isMachine({ ...visit, headers: {} })).toBe(true);
  });
});
