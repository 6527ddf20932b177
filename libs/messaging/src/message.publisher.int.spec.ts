import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestBus, type TestBus, until } from './bus.fixture.js';
import { numbered } from './handlers.fixture.js';
import {
  type Bus,
  cloudEvent,
  ensureStreams,
  Publisher,
  PublishRefusedError,
  PublishUnknownError,
  TopologyError,
} from './index.js';

describe('Publisher and streams', () => {
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

  const state = async (name: string) => (await (await bus.api()).manager.streams.info(name)).state;
  const event = numbered(1);

  it('stores the same tenant and key once, and each tenant its own', async () => {
    const [first, again, other] = [
      await publisher.publish('provider.signal.x', event, { tenantId: 't1', key: 'k' }),
      await publisher.publish('provider.signal.x', event, { tenantId: 't1', key: 'k' }),
      await publisher.publish('provider.signal.x', event, { tenantId: 't2', key: 'k' }),
    ];
    expect(first).toEqual({ stream: 'SIGNALS', seq: first.seq, duplicate: false });
    expect(again).toEqual({ stream: 'SIGNALS', seq: first.seq, duplicate: true });
    expect(other).toEqual({ stream: 'SIGNALS', seq: first.seq + 1, duplicate: false });
    expect((await state('SIGNALS')).messages).toBe(2);
  });

  it('publishes many side by side and answers each in order, refusals included', async () => {
    const messages = Array.from({ length: 1_000 }, (_, n) => ({
      subject: 'event.outreach.sent',
      event: numbered(n),
      tenantId: 't1',
      key: `m${n}`,
    }));
    const tooLarge = cloudEvent({ id: 'x', source: '/t', type: 't', data: 'x'.repeat(1_100_000) });
    messages.splice(500, 1, { subject: 'event.outreach.sent', event: tooLarge as never, tenantId: 't1', key: 'large' });
    const results = await publisher.publishMany(messages, 64);
    expect(results).toHaveLength(1_000);
    expect(results.map(({ status }) => status).indexOf('rejected')).toBe(500);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(999);
    expect((results[500] as PromiseRejectedResult).reason).toBeInstanceOf(PublishRefusedError);
    const info = await state('EVENTS');
    expect(info.messages).toBe(999);
    const { manager } = await bus.api();
    for (const [index, result] of [...results.entries()].filter(([n]) => n % 250 === 7)) {
      const stored = await manager.streams.getMessage('EVENTS', {
        seq: result.status === 'fulfilled' ? result.value.seq : 0,
      });
      expect(stored?.json()).toMatchObject({ id: `e${index}` });
    }
  });

  it('refuses when the stream is full, and keeps everything it accepted', async () => {
    const big = cloudEvent({ id: 'b', source: '/t', type: 't', data: 'x'.repeat(900_000) });
    const results = await publisher.publishMany(
      Array.from({ length: 12 }, (_, n) => ({
        subject: 'delivery.dispatch.sms',
        event: big,
        tenantId: 't',
        key: `b${n}`,
      })),
    );
    const stored = results.filter(({ status }) => status === 'fulfilled').length;
    expect(stored).toBeGreaterThan(3);
    expect(stored).toBeLessThan(12);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(PublishRefusedError);
    expect((await state('DISPATCH')).messages).toBe(stored);
  });

  it('drops the oldest dead letters for new ones when they are full, and says so', async () => {
    const letter = new Uint8Array(1_000_000);
    const bury = (n: number) => publisher.publishBytes('deadletter.test', letter, { msgId: `letter-${n}` });
    for (let n = 0; n < 8; n++) await bury(n);
    const { first_seq, messages } = await state('DEADLETTERS');
    expect(first_seq).toBeGreaterThan(1);
    expect(messages).toBeLessThan(8);
    await bus.repair();
    expect(nats.log()).toContain('new ones take the place of the oldest');
    await (await bus.api()).manager.streams.purge('DEADLETTERS');
  });

  it('repeats an unacknowledged message under the same id until it is acked', async () => {
    const before = (await state('OUTREACH')).messages;
    const impatient = new Publisher(bus, { ackTimeoutMs: 150, deadlineMs: 50_000 });
    await until(() => bus.connected, 'connected, so that tries go out at all');
    await nats.freeze();
    const publishing = impatient.publish('outreach.requested', event, { tenantId: 't1', key: 'frozen' });
    await until(() => impatient.retries >= 2, 'two tries went unanswered').finally(() => nats.thaw());
    const { seq } = await publishing;
    await until(async () => (await state('OUTREACH')).messages === before + 1, 'stored once');
    expect(await impatient.publish('outreach.requested', event, { tenantId: 't1', key: 'frozen' })).toMatchObject({
      seq,
      duplicate: true,
    });
  });

  it('makes streams idempotently, follows a larger size, lowers nothing, refuses what cannot be changed', async () => {
    const { manager } = await bus.api();
    const small = { storageBytes: 64 * 1024 * 1024 };
    expect(await ensureStreams(manager, small)).toEqual([]);
    expect(await ensureStreams(manager, { storageBytes: 65 * 1024 * 1024 })).toEqual([]);
    expect((await manager.streams.info('OUTREACH')).config.max_bytes).toBe(Math.floor(65 * 1024 * 1024 * 0.3));
    await ensureStreams(manager, small);
    expect((await manager.streams.info('OUTREACH')).config.max_bytes).toBe(Math.floor(65 * 1024 * 1024 * 0.3));
    await manager.streams.delete('DEADLETTERS');
    await manager.streams.add({ name: 'DEADLETTERS', subjects: ['deadletter.>'], storage: 'memory' as never });
    await expect(ensureStreams(manager, small)).rejects.toThrow(new TopologyError('DEADLETTERS', ['storage']));
    await expect(bus.repair()).rejects.toThrow(TopologyError);
    expect(bus.health()).toEqual({
      status: 'down',
      reason: 'stream DEADLETTERS differs from what was asked in storage',
    });
    await manager.streams.delete('DEADLETTERS');
    await bus.repair();
    expect(bus.health()).toEqual({ status: 'up' });
  });

  it('says after its deadline that nobody knows, when the bus is gone', async () => {
    await nats.kill();
    const hasty = new Publisher(bus, { ackTimeoutMs: 100, deadlineMs: 500 });
    await expect(hasty.publish('outreach.requested', event, { tenantId: 't1', key: 'gone' })).rejects.toThrow(
      PublishUnknownError,
    );
    await until(() => bus.health().status === 'down', 'health says so');
    expect(bus.notify('live.poke')).toBe(false);
  });
});
