import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mintUnsubscribeToken } from '@homing/channels';
import type { Outgoing } from '@homing/messaging';
import { createLogger, readEnv, startService, type RunningService } from '@homing/service-kit';
import { Module } from '@nestjs/common';
import { configureHttp } from '../http/http.surface.js';
import { UNSUBSCRIBE_PARTS, UnsubscribeController } from './unsubscribe.controller.js';
import { boundPresses, unsubscribeParts } from './unsubscribe.wiring.js';

@Module({})
class TestModule {}

const key = 'a key of thirty-two letters, at least';
const ref = {
  tenantId: '0d6c1d3e-5b1c-4a55-9d3a-1f6f3a2b7c11',
  deliveryId: '6f1c2f0e-6a3d-5d0b-9a55-0c2b8f7f4a11.1',
  attempt: 2,
};
const token = mintUnsubscribeToken(key, ref);
const strange = mintUnsubscribeToken(`${key}, but another`, ref);

let service: RunningService;
let published: Outgoing[];
let busIsDown: boolean;

beforeEach(async () => {
  published = [];
  busIsDown = false;
  const publish = async (messages: readonly Outgoing[]) => {
    if (busIsDown) return messages.map(() => ({ status: 'rejected' as const, reason: new Error('no ack') }));
    published.push(...messages);
    return messages.map(() => ({
      status: 'fulfilled' as const,
      value: { stream: 'SIGNALS', seq: published.length, duplicate: false },
    }));
  };
  const destination = { write: () => undefined };
  const logger = createLogger({ service: 'test', instance: 'test', level: 'silent', destination });
  service = await startService({
    name: 'test',
    env: readEnv({}),
    http: { port: 0 },
    logger,
    module: {
      module: TestModule,
      controllers: [UnsubscribeController],
      providers: [{ provide: UNSUBSCRIBE_PARTS, useValue: unsubscribeParts({ keys: [key], publish }) }],
    },
    configure: (app) => {
      boundPresses(app);
      const parts = { callers: new Map(), now: Date.now };
      return configureHttp(app, { maxConcurrent: 2, maxBytes: 100_000, parts, logger });
    },
  });
});
afterEach(() => service.stop());

const at = (path: string, init: RequestInit = {}) => fetch(`${service.url}/u/${path}`, { redirect: 'error', ...init });
const ONE_CLICK = 'List-Unsubscribe=One-Click';
const urlencoded = { 'content-type': 'application/x-www-form-urlencoded' };
const press = (body: string = ONE_CLICK, headers: Record<string, string> = urlencoded, which = token) =>
  at(which, { method: 'POST', body, headers });

describe('a one-click link', () => {
  it('when pressed by a mail program is stored as the wish of that delivery’s recipient, before it says 200', async () => {
    const answer = await press();
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([200, null]);
    expect(published).toMatchObject([
      {
        subject: 'provider.signal.one_click',
        tenantId: ref.tenantId,
        key: `one_click:one-click:${ref.deliveryId}`,
        event: { data: { ...ref, fact: 'unsubscribed', provider: 'one_click', channel: 'email' } },
      },
    ]);
  });

  it('is understood as multipart too', async () => {
    const form = new FormData();
    form.set('List-Unsubscribe', 'One-Click');
    expect((await at(token, { method: 'POST', body: form })).status).toBe(200);
    expect(published).toHaveLength(1);
  });

  it('pressed again says the same and stores nothing new', async () => {
    expect((await press()).status).toBe(200);
    expect((await press()).status).toBe(200);
    expect(published).toHaveLength(1);
  });

  it('opened shows a page with a button and changes nothing, however often', async () => {
    for (let n = 0; n < 3; n += 1) {
      const answer = await at(token, { headers: { 'accept-language': 'de-AT,de;q=0.9' } });
      expect([answer.status, answer.headers.get('set-cookie')]).toEqual([200, null]);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
      const page = await answer.text();
      expect(page).toMatch(/<html lang="de">[^]*<h1>Abmelden<\/h1>[^]*<form method="post">[^]*<button>/);
    }
    expect((await at(token, { method: 'HEAD' })).status).toBe(200);
    expect(published).toEqual([]);
  });

  it('pressed on the page answers with a page', async () => {
    const answer = await press(ONE_CLICK, { ...urlencoded, accept: 'text/html,*/*' });
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('role="status"')]);
    expect(published).toHaveLength(1);
  });

  it('says 503 and not 200 where the wish could not be stored; the next press is heard', async () => {
    busIsDown = true;
    expect((await press()).status).toBe(503);
    expect((await press(ONE_CLICK, { ...urlencoded, accept: 'text/html' })).status).toBe(503);
    busIsDown = false;
    expect((await press()).status).toBe(200);
    expect(published).toHaveLength(1);
  });

  it.each([
    ['nothing', '', urlencoded],
    ['another word', 'List-Unsubscribe=Yes', urlencoded],
    ['no form', '{"List-Unsubscribe":"One-Click"}', { 'content-type': 'application/json' }],
    ['a broken form', '--x\r\nrubbish', { 'content-type': 'multipart/form-data; boundary=x' }],
  ])('does nothing on %s', async (_what, body, headers) => {
    expect((await press(body, headers)).status).toBe(400);
    expect(published).toEqual([]);
  });

  it('takes no large body', async () => {
    expect((await press('x'.repeat(5_000))).status).toBe(413);
    expect(published).toEqual([]);
  });

  it('that we did not make is not found, and repeats nothing of itself', async () => {
    expect((await press(ONE_CLICK, urlencoded, strange)).status).toBe(404);
    const answer = await at(strange);
    expect(answer.status).toBe(404);
    expect(await answer.text()).not.toContain(strange);
    expect((await at('%3Cscript%3E')).status).toBe(404);
    expect(published).toEqual([]);
  });

  it('who tries many that are not ours is turned away, and still heard with one that is', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 70; n += 1) statuses.push((await at(strange)).status);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
    expect((await press()).status).toBe(200);
  });
});
