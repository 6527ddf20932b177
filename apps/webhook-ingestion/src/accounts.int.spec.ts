// Real: Nest and Fastify over TCP, a nats-server with every user's rights, keys published as the API publishes them.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  BUS_STREAMS,
  readWebhookHealth,
  WEBHOOK_HEALTH,
  webhookKeysSubject,
  type SealedWebhookKey,
} from '@homing/contracts';
import { type Bus, connectBus, lastMessage, Publisher, readLatest } from '@homing/messaging';
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
  api = new Publisher(as('api'));
  ingestion = await start();
  await until(() => given.isReady(ingestion.url), 'ingestion is ready');
});
afterAll(async () => {
  await ingestion.stop();
  await Promise.all(buses.map((each) => each.close()));
  await bus.close();
});

let version = 0;
async function publish(keys: Record<string, string>, ends: Record<string, string> = {}): Promise<void> {
  version += 1;
  const place = { provider: 'sendgrid', account: 'acme', tenantId };
  const sealed: SealedWebhookKey[] = [];
  for (const [id, key] of Object.entries(keys))
    sealed.push({
      id,
      sealed: await seal(key, { ...place, keyId: id }),
      ...(ends[id] === undefined ? {} : { notAfter: ends[id] }),
    });
  const subject = webhookKeysSubject('sendgrid', 'acme');
  const id = `${subject}:${version}`;
  const event = {
    specversion: '1.0' as const,
    id,
    source: 'test',
    type: subject,
    data: { ...place, version, keys: sealed },
  };
  await api.publish(subject, event, { tenantId, key: id });
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
  await expect(readLatest(reader, { stream: BUS_STREAMS.webhookKeys, subject: '>' })).rejects.toThrow();
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
