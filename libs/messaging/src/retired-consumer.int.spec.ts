// Real: a nats-server that holds the consumer of the release before, as that release left it.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { AckPolicy, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { startTestBus, type TestBus, until } from './bus.fixture.js';
import { numbered } from './handlers.fixture.js';
import { bindConsumer } from './durable.consumer.js';
import { ensureStreams } from './stream.topology.js';
import { Publisher } from './index.js';

let nats: TestBus;
beforeAll(async () => {
  nats = await startTestBus();
});
afterAll(() => nats.close());

const former = 'orchestrator-signals-sendgrid';
const follower = { stream: 'SIGNALS', durable: 'orchestrator-signals', subject: 'provider.signal.*' };

it('an installation that pulled with a consumer of the release before goes on with its follower, losing nothing', async () => {
  const plain = await connect({ servers: nats.url });
  const manager = await jetstreamManager(plain);
  const name = 'provider.signal.sendgrid';
  await ensureStreams(manager, { storageBytes: 64 * 1024 * 1024 });
  await manager.consumers.add('SIGNALS', {
    durable_name: former,
    filter_subject: name,
    ack_policy: AckPolicy.Explicit,
  });
  const without = nats.connect({ topology: undefined });
  await new Publisher(without).publish(name, numbered(1), { tenantId: 't', key: '1' });
  // Its follower alone cannot come: the message is the former one's.
  await expect(bindConsumer(without, follower)).rejects.toMatchObject({ code: 10_100 });

  const bus = nats.connect();
  await until(() => bus.health().status === 'up', 'the streams were looked at');
  await until(async () => !(await names()).includes(former), 'the former consumer is gone');
  const consumer = await bindConsumer(bus, follower);
  expect(
    (await (await consumer.fetch({ max_messages: 1, expires: 2_000 }))[Symbol.asyncIterator]().next()).value?.subject,
  ).toBe(name);

  // An instance of the release before, running still, may make it once more: binding removes it again.
  await manager.consumers.delete('SIGNALS', follower.durable);
  await manager.consumers.add('SIGNALS', {
    durable_name: former,
    filter_subject: name,
    ack_policy: AckPolicy.Explicit,
  });
  await expect(bindConsumer(bus, follower)).rejects.toMatchObject({ code: 10_100 });
  await bindConsumer(bus, follower);
  expect(await names()).toEqual([follower.durable]);
  await plain.close();

  async function names(): Promise<string[]> {
    return (await manager.consumers.list('SIGNALS').next()).map((each) => each.name);
  }
});
