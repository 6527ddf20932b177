// Real: Nest and Fastify over TCP, a nats-server with every user's rights, keys published as the API publishes them.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  BUS_STREAMS,
  readWebhookHealth,
  readWebhookKeys,
  WEBHOOK_HEALTH,
  webhookKeysSubject,
  type SealedWebhookKey,
} from '@homing/contracts';
import {
  type Bus,
  connectBus,
  lastMessage,
  Publisher,
  publishNewer,
  PublishRefusedError,
  readLatest,
} from '@homing/messaging';
import { natsUsers } from '@homing/provisioning';
import { createLogger, type RunningService } from '@homing/service-kit';
import { generateVaultKeys } from '@homing/vault';
import { createWebhookKeySealer } from '@homing/vault/seal';
import * as given from './ingestion.fixture.js';
import { delivered, post, signedPost, until } from './ingestion.fixture.js';
import { busReplayStore } from './receive-webhook/replay.store.js';

const pair = await generateVaultKeys();
const seal = createWebhookKeySealer(pair);
const tenantId = 't1';
const path = '/webhooks/sendgrid/acme';
const passwords = Object.fromEntries(natsUsers({}).map(({ name }) => [name, `password-of-${name}`]));
const logger = createLogger({ service: 'test', instance: 'test', level: 'silent' });

let bus: given.TestBus;
let ingestion: RunningService;
let api: Publisher;
let apiBus: Bus;
const buses: Bus[] = [];
const as = (user: string): Bus => {
  const one = connectBus({ url: bus.urlOf(user, passwords[user] ?? ''), name: user, logger });
  buses.push(one);
  return one;
};
const start = () =>
  given.startIngestion(bus.urlOf('webhook-ingestion', passwords['webhook-ingestion'] ?? ''), {
    WEBHOOK_KEYS_OPEN_KEY: pair.openKey,
  });

beforeAll(async () => {
  bus = await given.TestBus.startEmpty(natsUsers(passwords));
  const owner = connectBus({
    url: bus.urlOf('orchestrator', passwords['orchestrator'] ?? ''),
    name: 'orchestrator',
    topology: { storageBytes: 64 * 1024 * 1024 },
    logger,
  });
  buses.push(owner);
  await until(() => owner.health().status === 'up', 'the orchestrator made the streams');
  apiBus = as('api');
  api = new Publisher(apiBus);
  ingestion = await start();
  await until(() => given.isReady(ingestion.url), 'ingestion is ready');
});
afterAll(async () => {
  await ingestion.stop();
  await Promise.all(buses.map((each) => each.close()));
  await bus.close();
});

let version = 0;
/** As the API does: never in the place of what is as new. */
async function publish(keys: Record<string, string>, ends: Record<string, string> = {}): Promise<void> {
  version += 1;
  expect(await tell(await said(version, keys, ends))).toEqual({ kind: 'stored' });
}
const tell = (message: Awaited<ReturnType<typeof said>>) =>
  publishNewer(apiBus, api, { ...message, tenantId, stream: BUS_STREAMS.webhookKeys, read: readStored });
const readStored = (bytes: Uint8Array) =>
  readWebhookKeys((JSON.parse(Buffer.from(bytes).toString()) as { data: unknown }).data);

async function said(number: number, keys: Record<string, string>, ends: Record<string, string> = {}) {
  const place = { provider: 'sendgrid', account: 'acme', tenantId };
  const sealed: SealedWebhookKey[] = [];
  for (const [id, key] of Object.entries(keys))
    sealed.push({
      id,
      sealed: await seal(key, { ...place, keyId: id }),
      ...(ends[id] === undefined ? {} : { notAfter: ends[id] }),
    });
  const subject = webhookKeysSubject('sendgrid', 'acme');
  const event = {
    specversion: '1.0' as const,
    id: `${subject}:${number}`,
    source: 'test',
    type: subject,
    data: { ...place, version: number, keys: sealed },
  };
  return { subject, event };
}
const send = async (by: ReturnType<typeof given.signingKeys>, at = ingestion) =>
  (await post(at.url, signedPost([delivered()], by), path)).status;

describe('an account whose keys come over the bus, with no more rights than each service has', () => {
  const [first, second] = [given.signingKeys(), given.signingKeys()];

  it('may call from when its key is published, and two keys are in force while one is replaced', async () => {
    await until(async () => (await send(first)) === 404, 'all keys were read: there is none');
    await publish({ k1: first.publicKey });
    await until(async () => (await send(first)) === 200, 'the first key is in force');
    expect(await send(second)).toBe(401);
    await publish({ k1: first.publicKey, k2: second.publicKey });
    await until(async () => (await send(second)) === 200, 'the second key is in force');
    expect(await send(first)).toBe(200);
  });

  it('is known again after a start, from the bus alone', async () => {
    const again = await start();
    try {
      await until(async () => (await send(second, again)) === 200, 'the keys were read');
    } finally {
      await again.stop();
    }
  });

  it('may not call with a key that was taken away, or has ended', async () => {
    await publish({ k2: second.publicKey });
    await until(async () => (await send(first)) === 401, 'the first key is out of force');
    expect(await send(second)).toBe(200);
    await publish({ k2: second.publicKey }, { k2: '2020-01-01T00:00:00.000Z' });
    await until(async () => (await send(second)) === 401, 'the second key has ended');
    await publish({});
    await until(async () => (await send(second)) === 404, 'nobody is there any more');
  });

  it('may not call with a revoked key at whoever starts later, though an API that read long ago speaks last', async () => {
    const late = await said(version, { k1: first.publicKey });
    await publish({ k2: second.publicKey });
    expect(await tell(late)).toMatchObject({ kind: 'known', there: version });
    const again = await start();
    try {
      const heard: number[] = [];
      await until(async () => (heard.push(await send(first, again)), heard.at(-1) === 401), 'the keys were read');
      expect(heard).not.toContain(200);
      expect(await send(second, again)).toBe(200);
    } finally {
      await again.stop();
    }
  });

  it('is not let in by a message that the stream did not keep', async () => {
    const { subject, event } = await said(version + 1, { k1: first.publicKey });
    const refused = api.publish(subject, event, { tenantId, key: 'refused', after: 0 });
    await expect(refused).rejects.toThrow(PublishRefusedError);
    await publish({ k3: second.publicKey });
    await until(async () => (await send(second)) === 200, 'the newest is in force');
    expect(await send(first)).toBe(401);
  });
});

it('what came of them is told to the bus, for the API to read, and to nobody who may not', async () => {
  const reader = as('api');
  const stored = () => readLatest(reader, { stream: BUS_STREAMS.webhookHealth, subject: WEBHOOK_HEALTH });
  const places = async () =>
    (await stored()).flatMap((bytes) => {
      const { data } = JSON.parse(Buffer.from(bytes).toString()) as { data: unknown };
      return readWebhookHealth(data)?.places ?? [];
    });
  const told = async () =>
    (await places()).some(
      ({ account, tenantId: of, valid, forged }) => account === 'acme' && of === 't1' && valid > 0 && forged > 0,
    );
  await until(told, 'the health was told');
  await expect(readLatest(reader, { stream: BUS_STREAMS.webhookSeen, subject: '>' })).rejects.toThrow();
});

describe('what a signature without a body stood over first', () => {
  it('is the same for every instance, and the first one stays', async () => {
    const one = as('webhook-ingestion');
    const other = as('webhook-ingestion');
    const [here, there] = [one, other].map((each) => busReplayStore(each, new Publisher(each)));
    if (!here || !there) throw new Error('two stores');
    const both = await Promise.all([here.first('play', 'token', 'a'), there.first('play', 'token', 'b')]);
    expect(new Set(both).size).toBe(1);
    expect(await there.first('play', 'token', 'c')).toBe(both[0]);
    const fresh = busReplayStore(other, new Publisher(other));
    expect(await fresh.first('play', 'token', both[0] ?? '')).toBe(both[0]);
    expect(await fresh.first('play', 'another', 'c')).toBe('c');
  });

  it('may be read by ingestion, what others say may not', async () => {
    const own = as('webhook-ingestion');
    await expect(lastMessage(own, { stream: 'SIGNALS', subject: 'provider.signal.sendgrid' })).rejects.toThrow();
  });
});
