import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startChild } from '../../service-kit/src/child-process.fixture.js';
import { startTestBus, type TestBus, until } from './bus.fixture.js';
import { listen, type Listening, numbered } from './handlers.fixture.js';
import { type Bus, Publisher } from './index.js';

const requested = 'outreach.requested';

describe('the bus under faults', () => {
  let nats: TestBus;
  let bus: Bus;
  let publisher: Publisher;
  const running: Listening[] = [];

  beforeEach(async () => {
    nats = await startTestBus();
    bus = nats.connect();
    publisher = new Publisher(bus, { ackTimeoutMs: 500, deadlineMs: 30_000 });
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map(({ service }) => service.stop()));
    await nats.close();
  });

  const start = async () => {
    const under = await listen(bus);
    running.push(under);
    return under;
  };
  const bound = (under: Listening) => until(() => under.server.health().status === 'up', 'consumers are bound');
  const publish = (n: number) => publisher.publish(requested, numbered(n), { tenantId: 't1', key: `k${n}` });
  const manager = async () => (await bus.api()).manager;
  const kept = async (name: string) => (await (await manager()).streams.info(name)).state.messages;

  it('loses nothing acked when the server is killed and restarted while messages flow', async () => {
    const under = await start();
    await bound(under);
    under.script.handle = () => new Promise((resolve) => setImmediate(resolve));
    const acked: number[] = [];
    const flow = async (from: number) => {
      for (let n = from; n < from + 400; n += 1) await publish(n).then(() => acked.push(n));
    };
    const flows = Promise.all([flow(0), flow(1_000), flow(2_000)]);
    for (const many of [200, 500]) {
      await until(() => acked.length >= many, 'messages flow');
      const handledBefore = under.script.numbers.length;
      await nats.kill();
      await until(() => !bus.connected, 'the connection noticed');
      await nats.restart();
      await until(() => under.script.numbers.length > handledBefore + 50, 'consumption goes on');
    }
    await flows;
    expect(acked).toHaveLength(1_200);
    expect(publisher.retries).toBeGreaterThan(0);
    await until(() => under.script.numbers.length === 1_200, 'every acked message is handled');
    // Not "the stream is empty": a killed 2.9 server may show acked messages again that it will not deliver any more.
    const left = async () => (await manager()).consumers.info('OUTREACH', 'decide');
    await until(async () => (await left()).num_pending + (await left()).num_ack_pending === 0, 'and acked');
    expect(await kept('DEADLETTERS')).toBe(0);
  });

  it('makes streams and consumers again when the store was deleted, and goes on', async () => {
    const under = await start();
    await publish(1);
    await until(() => under.script.seen.length === 1, 'works before');
    nats.wipe();
    expect(existsSync(join(nats.dir, 'store'))).toBe(false);
    await nats.kill();
    await nats.restart();
    await until(() => bus.connected, 'connected again');
    const ack = await publish(2);
    expect(ack.seq).toBe(1);
    await until(() => under.script.numbers.includes(2), 'works after');
    await until(async () => (await kept('OUTREACH')) === 0, 'and is acked');
  });

  it('does not let the ack of a message of the former stream acknowledge one of the new', async () => {
    const under = await start();
    let release = () => {};
    const old = new Promise<void>((resolve) => (release = resolve));
    let oldEnded = false;
    let tries = 0;
    under.script.handle = async (event) => {
      if (event.data?.n === 1) return old.then(() => void (oldEnded = true));
      // The new first message fails only after the old one has been acked by its handler.
      if ((tries += 1) === 1) {
        release();
        await until(() => oldEnded, 'the old handler ended');
        throw new Error('not now');
      }
    };
    expect((await publish(1)).seq).toBe(1);
    await until(() => under.script.seen.length === 1, 'the old message is in flight');
    nats.wipe();
    await nats.kill();
    await nats.restart();
    expect((await publish(2)).seq).toBe(1);
    await until(() => tries === 2, 'the new message is redelivered after its failure');
    await until(async () => (await kept('OUTREACH')) === 0, 'and acked');
  });

  it('makes a stream and a consumer again that were deleted on a running server', async () => {
    const under = await start();
    await bound(under);
    await (await manager()).consumers.delete('OUTREACH', 'decide');
    await publish(1);
    await until(() => under.script.numbers.includes(1), 'consumer is there again');
    await (await manager()).streams.delete('OUTREACH');
    // Nobody publishes meanwhile: the consumer itself notices and makes both again.
    const thereAgain = async () =>
      (await (await manager()).consumers.info('OUTREACH', 'decide').catch(() => undefined)) !== undefined;
    await until(thereAgain, 'the consumer is there again');
    await publish(2);
    await until(() => under.script.numbers.includes(2), 'stream and consumer are there again');
    expect(under.server.health()).toEqual({ status: 'up' });
    expect(nats.log()).toContain('consumer lost, binding again');
  });

  it('boots while the bus is down, says why it is not ready, and begins when the bus comes', async () => {
    await nats.kill();
    bus = nats.connect();
    publisher = new Publisher(bus);
    const under = await start();
    expect(under.server.health()).toMatchObject({ status: 'down' });
    await until(() => nats.log().includes('bus is down'), 'the bus says so');
    expect(bus.health()).toMatchObject({ status: 'down' });
    const publishing = publish(1);
    await nats.restart();
    await publishing;
    await until(() => under.script.numbers.includes(1), 'handled');
    await bound(under);
    await until(() => bus.health().status === 'up', 'ready');
  });

  it('stops at once while the bus is down', async () => {
    const under = await start();
    await bound(under);
    await nats.kill();
    await until(() => !bus.connected, 'the connection noticed');
    await under.service.stop();
    expect(nats.log()).not.toContain('did not stop cleanly');
  });

  it('stops and closes although the server is there and silent', async () => {
    const under = await start();
    await bound(under);
    await nats.freeze();
    await under.service.stop();
    await bus.close();
    expect(bus.connected).toBe(false);
    expect(nats.log()).not.toContain('did not stop cleanly');
    nats.thaw();
  });

  it('redelivers after a crash of the handling process, before or after its effect', async () => {
    await until(() => bus.health().status === 'up', 'streams are there');
    const env = {
      NATS_URL: nats.url,
      HOMING_CRASH_DIR: join(nats.dir, 'crashes'),
      HOMING_CRASH_POINTS: 'before-effect,after-effect',
    };
    const life = () => startChild(new URL('./crashing-consumer.fixture.ts', import.meta.url).href, env);
    await publish(7);
    const first = life();
    expect(await first.ended).toMatchObject({ signal: 'SIGKILL' });
    expect(first.lines).toEqual([]);
    const second = life();
    expect(await second.ended).toMatchObject({ signal: 'SIGKILL' });
    expect(second.lines).toEqual([{ effect: 7 }]);
    expect(await kept('OUTREACH')).toBe(1);
    const third = life();
    await third.line((line) => line['effect'] === 7);
    await until(async () => (await kept('OUTREACH')) === 0, 'acked');
    third.process.kill('SIGKILL');
    await third.ended;
  });
});
