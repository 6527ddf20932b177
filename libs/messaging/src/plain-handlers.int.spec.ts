// Handlers put on the server one by one, without Nest's module around them: what the decorator's options do.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestBus, type TestBus, until } from './bus.fixture.js';
import { numbered, sealWith } from './handlers.fixture.js';
import { type Bus, JetStreamContext, JetStreamServer, type JsEventOptions, PoisonError, Publisher } from './index.js';

type Handler = (event: unknown, context: JetStreamContext) => unknown;

describe('a handler’s options', () => {
  let nats: TestBus;
  let bus: Bus;
  let publisher: Publisher;
  const servers: JetStreamServer[] = [];

  beforeAll(async () => {
    nats = await startTestBus();
    bus = nats.connect();
    publisher = new Publisher(bus);
  });
  afterEach(async () => void (await Promise.all(servers.splice(0).map((server) => server.close()))));
  afterAll(() => nats.close());

  async function serve(subject: string, options: JsEventOptions, handler: Handler): Promise<JetStreamServer> {
    const server = new JetStreamServer({ bus, seal: sealWith, backoff: { baseMs: 20, capMs: 200 }, drainMs: 100 });
    servers.push(server);
    server.addHandler(options.durable, handler as never, true, { ...options, subject });
    server.listen(() => {});
    await until(() => server.health().status === 'up', 'bound');
    return server;
  }
  const left = async (stream: string) => (await (await bus.api()).manager.streams.info(stream)).state.messages;

  it('a handler that hangs is noticed: the message comes again, health and log say so, and its late end still counts', async () => {
    const options = { stream: 'DISPATCH', durable: 'hanging', ackWaitMs: 600, maxHandlingMs: 500 };
    const deliveries: number[] = [];
    let goOn = (): void => {};
    const stuck = new Promise<void>((resolve) => (goOn = resolve));
    const server = await serve('delivery.dispatch.email', options, (_event, { deliveryCount }) => {
      deliveries.push(deliveryCount);
      return deliveryCount === 1 ? stuck : undefined;
    });
    await publisher.publish('delivery.dispatch.email', numbered(1), { tenantId: 't', key: 'hangs' });
    await until(() => deliveries.length === 2, 'delivered again while the first handler hangs');
    expect(server.stats['hanging']).toMatchObject({ hanging: 1, failures: { 'HandlerHangsError HANDLER_HANGS': 1 } });
    expect(server.health()).toEqual({ status: 'down', reason: 'hanging: 1 handlers hang' });
    expect(nats.log()).toContain('HANDLER_HANGS');
    await until(async () => (await left('DISPATCH')) === 0, 'the second handling stands');
    goOn();
    await until(() => server.health().status === 'up', 'the first has ended after all');
    expect(server.stats['hanging']).toMatchObject({ hanging: 0, handled: 2 });
  });

  it('handlers that hang keep their places: no process is filled with them without end', async () => {
    const options = { stream: 'DISPATCH', durable: 'stuck', ackWaitMs: 600, maxHandlingMs: 300, maxInFlight: 2 };
    let started = 0;
    const server = await serve('delivery.dispatch.sms', options, () => ((started += 1), new Promise(() => {})));
    for (const key of ['a', 'b', 'c', 'd'])
      await publisher.publish('delivery.dispatch.sms', numbered(1), { tenantId: 't', key });
    await until(() => server.stats['stuck']?.hanging === 2, 'both places are taken by hanging handlers');
    const info = async () => (await bus.api()).manager.consumers.info('DISPATCH', 'stuck');
    await until(async () => (await info()).num_pending === 2, 'the rest waits at the server');
    expect(started).toBe(2);
    expect(await left('DISPATCH')).toBe(4);
  });

  it('headers alone: the body stays at the server, nothing is read, and poison of it is no letter about a letter', async () => {
    const options = { stream: 'DEADLETTERS', durable: 'clerk', headersOnly: true };
    const seen: { bytes: number; reason: string | undefined; event: unknown }[] = [];
    const server = await serve('deadletter.>', options, (event, context) => {
      seen.push({ event, bytes: context.bytes.length, reason: context.header('Homing-Reason') });
      throw new PoisonError('unreadable');
    });
    const headers = { 'Homing-Reason': 'invalid_request' };
    await publisher.publishBytes('deadletter.x', new Uint8Array(1_000), { msgId: 'l1', headers });
    await until(() => server.stats['clerk']?.handled === 1, 'given up');
    expect(seen).toEqual([{ event: undefined, bytes: 0, reason: 'invalid_request' }]);
    expect(server.stats['clerk']?.poison).toEqual({ unreadable: 1 });
    expect(await left('DEADLETTERS')).toBe(1);
  });

  it('of listeners in one queue one hears each notice', async () => {
    const heard: string[] = [];
    const others = [nats.connect(), nats.connect()];
    const stops = others.map((each, n) => each.listen('ask.me', () => void heard.push(`${n}`), { queue: 'desk' }));
    await Promise.all(others.map(async (each) => (await each.api()).connection.flush()));
    for (let n = 0; n < 20; n += 1) bus.notify('ask.me');
    await until(() => heard.length >= 20, 'all are heard');
    await Promise.all(others.map(async (each) => (await each.api()).connection.flush()));
    expect(heard).toHaveLength(20);
    stops.forEach((stop) => stop());
  });
});
