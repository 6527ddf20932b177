import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Secret } from '@homing/service-kit';
import { startTestBus, type TestBus, until } from './bus.fixture.js';
import { listen, numbered } from './handlers.fixture.js';
import { type Bus, PoisonError, Publisher, PublishUnknownError } from './index.js';

const consuming = (stream: string, durable: string) => [
  `$JS.API.STREAM.INFO.${stream}`,
  `$JS.API.STREAM.MSG.GET.${stream}`,
  `$JS.API.CONSUMER.INFO.${stream}.${durable}`,
  `$JS.API.CONSUMER.CREATE.${stream}.${durable}.>`,
  `$JS.API.CONSUMER.DELETE.${stream}.${durable}`,
  `$JS.API.CONSUMER.MSG.NEXT.${stream}.${durable}`,
  `$JS.ACK.${stream}.${durable}.>`,
];
const password = 'for tests only';
const users = [
  {
    name: 'owner',
    password,
    publish: [
      ...['INFO', 'CREATE', 'UPDATE'].map((order) => `$JS.API.STREAM.${order}.*`),
      '$JS.API.CONSUMER.DELETE.SIGNALS.orchestrator-signals-sendgrid',
    ],
    subscribe: ['_INBOX_owner.>'],
  },
  { name: 'publisher', password, publish: ['outreach.requested'], subscribe: ['_INBOX_publisher.>'] },
  {
    name: 'consumer',
    password,
    publish: [...consuming('OUTREACH', 'decide'), ...consuming('DISPATCH', 'send-email'), 'deadletter.>'],
    subscribe: ['_INBOX_consumer.>'],
  },
];

describe('restricted users of the bus', () => {
  let nats: TestBus;
  const as = (user: string, more: object = { topology: undefined }): Bus =>
    nats.connect({ user, password: new Secret(password), ...more });
  beforeAll(async () => {
    nats = await startTestBus(users);
    const owner = as('owner', {});
    await until(() => owner.health().status === 'up', 'the owner made the streams');
  });
  afterAll(() => nats.close());

  it('publish and consume with the rights the README names', async () => {
    const publisher = new Publisher(as('publisher'));
    const publish = (n: number) => publisher.publish('outreach.requested', numbered(n), { tenantId: 't', key: `${n}` });
    // Before anybody listens: a consumer that is bound looks at what lies there.
    await publish(1);
    const under = await listen(as('consumer'));
    try {
      under.script.handle = (event) => {
        if (event.data?.n === 3) throw new PoisonError('unreadable');
      };
      for (const n of [2, 3]) await publish(n);
      await until(() => under.server.stats['decide']?.handled === 3, 'two handled, one among the dead letters');
      expect(under.server.stats['decide']?.failures).toEqual({});
    } finally {
      await under.service.stop();
    }
  });

  it('may not hear each other’s answers', async () => {
    const publisher = as('publisher');
    const heard: string[] = [];
    const stop = publisher.listen('_INBOX_consumer.>', ({ subject }) => void heard.push(subject));
    await until(() => nats.log().includes('_INBOX_consumer'), 'the server refused the subscription');
    expect(heard).toEqual([]);
    stop();
  });

  it('may not publish elsewhere', async () => {
    const publisher = new Publisher(as('publisher'), { ackTimeoutMs: 300, deadlineMs: 600 });
    const publishing = publisher.publish('delivery.dispatch.email', numbered(1), { tenantId: 't', key: '1' });
    await expect(publishing).rejects.toThrow(PublishUnknownError);
    expect(nats.log()).toContain('bus error');
  });

  it('a wrong password keeps the bus down and says why, without the password', async () => {
    const bus = nats.connect({ user: 'owner', password: new Secret('wrong one') });
    await until(() => nats.log().includes('bus is down'), 'refused');
    expect(bus.health()).toMatchObject({ status: 'down' });
    expect(nats.log()).not.toContain('wrong one');
  });
});
