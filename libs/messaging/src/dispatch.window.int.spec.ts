import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestBus, type TestBus, until } from './bus.fixture.js';
import { cloudEvent, DispatchWindow, Publisher } from './index.js';

describe('the dispatch window', () => {
  let nats: TestBus;
  beforeAll(async () => (nats = await startTestBus()));
  afterAll(() => nats.close());

  it('counts what waits on its subjects and nothing else, and is shut while the bus is away', async () => {
    const bus = nats.connect();
    await until(() => bus.health().status === 'up', 'the streams are there');
    const publisher = new Publisher(bus);
    const put = (subject: string, key: string) =>
      publisher.publish(subject, cloudEvent({ id: key, source: '/test', type: 'test', data: {} }), {
        tenantId: 't',
        key,
      });
    for (const n of [1, 2]) await put('delivery.dispatch.email', `d${n}`);
    for (const n of [1, 2, 3]) await put('delivery.lookup.email', `l${n}`);
    const looking = { stream: 'DISPATCH', size: 10, freshForMs: 0 };
    expect(await new DispatchWindow(bus, looking).room()).toBe(5);
    expect(await new DispatchWindow(bus, { ...looking, subjects: 'delivery.dispatch.*' }).room()).toBe(8);
    expect(await new DispatchWindow(bus, { ...looking, subjects: 'delivery.nothing.*' }).room()).toBe(10);
    await nats.kill();
    expect(await new DispatchWindow(bus, looking).room()).toBe(0);
  });
});
