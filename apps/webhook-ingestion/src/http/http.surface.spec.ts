import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createSendgridWebhook } from '@homing/channels';
import { createLogger, readEnv, startService, type RunningService } from '@homing/service-kit';
import { Module } from '@nestjs/common';
import { delivered, keys, post, signedPost } from '../ingestion.fixture.js';
import { LOGGER, RECEIVER_PARTS, WebhookController } from '../receive-webhook/webhook.controller.js';
import type { ReceiverParts } from '../receive-webhook/webhook.receiver.js';
import { configureHttp } from './http.surface.js';

@Module({})
class TestModule {}

let service: RunningService;
let release: () => void;
let publishing = 0;
let wake: () => void;
const logged: string[] = [];

beforeEach(async () => {
  const released = new Promise<void>((resolve) => (release = resolve));
  const parts: ReceiverParts = {
    callers: new Map([['sendgrid', { parser: createSendgridWebhook(), keys: [keys.publicKey] }]]),
    publish: async (messages) => {
      if (messages.length === 0) throw new Error('person@reader.test broke it');
      publishing++;
      wake?.();
      await released;
      return messages.map(() => ({ status: 'fulfilled', value: { stream: 'SIGNALS', seq: 1, duplicate: false } }));
    },
    now: Date.now,
    crashPoint: () => {},
  };
  const destination = { write: (line: string) => void logged.push(line) };
  const logger = createLogger({ service: 'test', instance: 'test', level: 'info', destination });
  service = await startService({
    name: 'test',
    env: readEnv({}),
    http: { port: 0 },
    logger,
    module: {
      module: TestModule,
      controllers: [WebhookController],
      providers: [
        { provide: RECEIVER_PARTS, useValue: parts },
        { provide: LOGGER, useValue: logger },
      ],
    },
    configure: (app) => configureHttp(app, { maxConcurrent: 2, logger }),
  });
});
afterEach(async () => {
  release();
  await service.stop();
});

it('works on so many webhooks at once and sends the next ones away until one is done', async () => {
  const send = () => post(service.url, signedPost([delivered()]));
  const first = [send(), send()];
  await new Promise<void>((resolve) => {
    wake = () => (publishing === 2 ? resolve() : undefined);
    wake();
  });
  const busy = await send();
  expect([busy.status, busy.headers.get('retry-after')]).toEqual([503, '5']);
  expect(await busy.json()).toMatchObject({ type: 'urn:homing:problem:busy' });
  expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
  release();
  expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200]);
  expect((await send()).status).toBe(200);
});

it('never says 2xx after an error of its own, and tells neither caller nor log what was sent', async () => {
  const answer = await post(service.url, signedPost([]));
  expect([answer.status, await answer.json()]).toEqual([
    500,
    { type: 'urn:homing:problem:internal', title: 'Something went wrong here', status: 500 },
  ]);
  await post(service.url, signedPost([delivered({ timestamp: 'person@reader.test' })])).catch(() => undefined);
  expect(logged.join('')).toContain('webhook failed');
  expect(logged.join('')).not.toContain('reader.test');
});
