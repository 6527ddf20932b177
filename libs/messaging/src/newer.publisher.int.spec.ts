// Real: a nats-server. Who speaks late is held between what it read and what it says, as a slow process is.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestBus, type TestBus, until } from './bus.fixture.js';
import { type Bus, cloudEvent, lastMessage, Publisher, publishNewer, StreamTail } from './index.js';

interface Told {
  readonly version: number;
  readonly said: string;
}

let nats: TestBus;
let bus: Bus;
let publisher: Publisher;
beforeAll(async () => {
  nats = await startTestBus();
  bus = nats.connect();
  publisher = new Publisher(bus);
  await until(() => bus.health().status === 'up', 'the bus is up');
});
afterAll(() => nats.close());

const stream = 'WEBHOOKKEYS';
const read = (stored: Uint8Array): Told | undefined => {
  const { data } = JSON.parse(Buffer.from(stored).toString()) as { data: Partial<Told> };
  return typeof data.version === 'number' ? (data as Told) : undefined;
};
const say = (account: string, version: number, said = `v${version}`) => {
  const subject = `webhook.keys.play.${account}`;
  const event = { ...cloudEvent({ id: said, source: '/t', type: subject }), data: { version, said } };
  return { stream, subject, event, tenantId: 't1', read };
};
const held = async (account: string) => {
  const bytes = await lastMessage(bus, { stream, subject: `webhook.keys.play.${account}` });
  return bytes && read(bytes);
};

describe('what stands on a subject', () => {
  it('is what is newest, whoever speaks last', async () => {
    expect(await publishNewer(bus, publisher, say('a', 1))).toEqual({ kind: 'stored' });
    expect(await publishNewer(bus, publisher, say('a', 2))).toEqual({ kind: 'stored' });
    expect(await publishNewer(bus, publisher, say('a', 1))).toEqual({ kind: 'known', there: 2, same: false });
    expect(await publishNewer(bus, publisher, say('a', 2))).toEqual({ kind: 'known', there: 2, same: true });
    expect(await publishNewer(bus, publisher, say('a', 2, 'other'))).toMatchObject({ there: 2, same: false });
    expect(await held('a')).toEqual({ version: 2, said: 'v2' });
  });

  it('is not overwritten by who read before it and speaks after it', async () => {
    await publishNewer(bus, publisher, say('b', 1));
    // The teller of old has looked and is about to speak; in between the newer one is stored.
    let between: Promise<unknown> | undefined;
    const slow: Pick<Publisher, 'publish'> = {
      publish: async (subject, event, options) => {
        between ??= publishNewer(bus, publisher, say('b', 3));
        await between;
        return publisher.publish(subject, event, options);
      },
    };
    expect(await publishNewer(bus, slow, say('b', 2))).toEqual({ kind: 'known', there: 3, same: false });
    expect(await held('b')).toEqual({ version: 3, said: 'v3' });
  });

  it('is one and the newest, of many who speak at once', async () => {
    const versions = [5, 1, 8, 3, 7, 2, 6, 4];
    await Promise.all(versions.map((version) => publishNewer(bus, publisher, say('c', version))));
    expect(await held('c')).toEqual({ version: 8, said: 'v8' });
  });

  it('is put there again where it was overwritten by what nobody can read, or lost, however soon', async () => {
    await publishNewer(bus, publisher, say('d', 1));
    const { subject, event } = say('d', 1);
    await publisher.publish(subject, { ...event, data: {} } as typeof event, { tenantId: 't1', key: 'unreadable' });
    expect(await publishNewer(bus, publisher, say('d', 1))).toEqual({ kind: 'stored' });
    await (await bus.api()).manager.streams.purge(stream, { filter: subject });
    expect(await publishNewer(bus, publisher, say('d', 1))).toEqual({ kind: 'stored' });
    expect(await held('d')).toEqual({ version: 1, said: 'v1' });
  });
});

it('a stream that is not there holds nothing that could be known', async () => {
  let looked = 0;
  const asking = { ...bus, logger: bus.logger, onReconnect: () => () => {} };
  const api = async () => {
    const { manager, ...rest } = await bus.api();
    const getMessage: typeof manager.streams.getMessage = (name, query) => {
      looked += 1;
      return manager.streams.getMessage(looked < 3 ? 'NOSUCHSTREAM' : name, query);
    };
    return { ...rest, manager: { ...manager, streams: { ...manager.streams, getMessage } } } as never;
  };
  const complete: boolean[] = [];
  const tail: StreamTail = new StreamTail(
    { ...asking, api },
    { stream, subject: 'webhook.keys.*.*', hear: () => void complete.push(tail.complete), everyMs: 5 },
  );
  tail.start();
  await until(() => tail.complete, 'everything was heard');
  tail.stop();
  expect(looked).toBeGreaterThan(2);
  expect(complete).not.toContain(true);
});
