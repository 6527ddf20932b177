import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createSendgridWebhook } from '@homing/channels';
import { createLogger, readEnv, startService, type RunningService } from '@homing/service-kit';
import { signatureHeaders } from '@homing/provider-simulator';
import { Module } from '@nestjs/common';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { delivered, keys, type Post, post, signedPost, until } from '../ingestion.fixture.js';
import { LOGGER, RECEIVER_PARTS, WebhookController } from '../receive-webhook/webhook.controller.js';
import type { ReceiverParts } from '../receive-webhook/webhook.receiver.js';
import { BODY_LIMIT, configureHttp } from './http.surface.js';

@Module({})
class TestModule {}

let service: RunningService;
let release: () => void;
const open: Socket[] = [];
let publishing: number;
let wake: () => void;
const logged: string[] = [];

beforeEach(async () => {
  publishing = 0;
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
    keep: async () => {},
    sealInbound: async () => 'sealed',
    now: Date.now,
    crashPoint: () => {},
  };
  const destination = { write: (line: string) => void logged.push(line) };
  const logger = createLogger({ service: 'test', instance: 'test', level: 'info', destination });
  service = await startService({
    name: 'test',
    env: readEnv({}),
    http: { port: 0, bodyLimit: BODY_LIMIT },
    logger,
    module: {
      module: TestModule,
      controllers: [WebhookController],
      providers: [
        { provide: RECEIVER_PARTS, useValue: parts },
        { provide: LOGGER, useValue: logger },
      ],
    },
    configure: (app) => configureHttp(app, { maxConcurrent: 2, maxBytes: 100_000, parts, logger }),
  });
});
afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy();
  release();
  await service.stop();
});

it('works on so many webhooks at once and sends the next ones away until one is done', async () => {
  const send = (path?: string) => post(service.url, signedPost([delivered()]), path);
  const first = [send(), send()];
  await new Promise<void>((resolve) => {
    wake = () => (publishing === 2 ? resolve() : undefined);
    wake();
  });
  const busy = await send();
  expect([busy.status, busy.headers.get('retry-after')]).toEqual([503, '5']);
  expect(await busy.json()).toMatchObject({ type: 'urn:homing:problem:busy' });
  expect((await send('/%77ebhooks/%73endgrid')).status).toBe(503);
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

/** A caller that sends its head and the first bytes of its body, and no more. */
async function sendSlowly({ body, headers }: Post, bytes: number): Promise<() => Promise<string>> {
  const { hostname, port } = new URL(service.url);
  const socket = connect(Number(port), hostname);
  open.push(socket);
  let heard = '';
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
  const fields = { host: hostname, 'content-length': String(body.length), ...headers };
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`POST /webhooks/sendgrid HTTP/1.1\r\n${head.join('')}\r\n`);
  await new Promise<void>((resolve) => socket.write(body.subarray(0, bytes), () => resolve()));
  return async () => {
    while (!heard.includes('\r\n\r\n')) await once(socket, 'data');
    return heard;
  };
}

it('keeps no place for bodies that do not come', async () => {
  const posted = signedPost([delivered()]);
  for (let n = 0; n < 5; n++) await sendSlowly(posted, 10);
  release();
  expect((await post(service.url, posted)).status).toBe(200);
});

it('answers a stranger before it has read a byte', async () => {
  const posted = signedPost([delivered()]);
  const old = Math.floor(Date.now() / 1000) - 26 * 3600;
  const strangers: Post[] = [
    { ...posted, headers: {} },
    { ...posted, headers: signatureHeaders(posted.body, keys.privateKey, old) },
  ];
  for (const each of strangers) expect(await (await sendSlowly(each, 0))()).toMatch(/^HTTP\/1\.1 401 /);
  expect(publishing).toBe(0);
});

it('holds so many bytes at once, of slow callers too, and gives them back', async () => {
  const large = signedPost([delivered({ filler: 'x'.repeat(80_000) })]);
  await sendSlowly(large, large.body.length - 1);
  release();
  const refused = async () => (await post(service.url, large)).status === 503;
  await until(refused, 'the slow body counts');
  expect((await post(service.url, signedPost([delivered()]))).status).toBe(200);
  for (const socket of open.splice(0)) socket.destroy();
  await until(async () => !(await refused()), 'its bytes are given back');
});

it('answers a body beyond the bounds, known or not how long it is, and lives on', async () => {
  const huge = signedPost([delivered({ filler: 'x'.repeat(3_000_000) })]);
  // So little room is left that the bytes after the answer go beyond it, when nobody in the framework listens any more.
  await sendSlowly(signedPost([delivered({ filler: 'x'.repeat(99_000) })]), 98_000);
  const known = await post(service.url, huge);
  const parts = Array.from({ length: 48 }, () => new Uint8Array(64 * 1024));
  const body = ReadableStream.from(parts);
  const { headers } = huge;
  const init = { method: 'POST', body, headers, duplex: 'half' } as RequestInit;
  const unknown = await fetch(`${service.url}/webhooks/sendgrid`, init);
  expect([known.status, unknown.status]).toEqual([413, 503]);
  release();
  expect((await post(service.url, signedPost([delivered()]))).status).toBe(200);
});
