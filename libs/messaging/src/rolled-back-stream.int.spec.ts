// What a killed nats-server and a restored disk do to streams, done to its files: sequences that begin anew under consumers and
// under handlers that are at work.
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestBus, type TestBus, until } from './bus.fixture.js';
import { listen, type Listening, numbered } from './handlers.fixture.js';
import { type Bus, Publisher } from './index.js';

const requested = 'outreach.requested';

describe('a stream rolled back', () => {
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
    await until(() => under.server.health().status === 'up', 'consumers are bound');
    return under;
  };
  const publish = (n: number) => publisher.publish(requested, numbered(n), { tenantId: 't1', key: `k${n}` });
  const range = (from: number, many: number) => Array.from({ length: many }, (_, i) => from + i);
  const store = () => join(nats.dir, 'store');
  const early = () => join(nats.dir, 'early');
  const consumer = async () => (await bus.api()).manager.consumers.info('OUTREACH', 'decide');
  const stream = async () => (await (await bus.api()).manager.streams.info('OUTREACH')).state;

  /** Takes a copy of the store as it lies after a clean stop. */
  async function keepCopy(): Promise<void> {
    await nats.end();
    cpSync(store(), early(), { recursive: true });
    await nats.restart();
    await until(() => bus.connected && bus.health().status === 'up', 'connected again');
  }

  /** Puts the copy of what the stream holds in the place of what it holds now; its consumers stay as they are. */
  function rollBackMessages(): void {
    const streams = readdirSync(store(), { recursive: true, encoding: 'utf8' });
    const messages = streams.find((path) => path.endsWith(join('OUTREACH', 'msgs'))) ?? '';
    rmSync(join(store(), messages), { recursive: true });
    cpSync(join(early(), messages), join(store(), messages), { recursive: true });
  }

  it('gives everything stored since to consumers that stood beyond it', async () => {
    const under = await start();
    await keepCopy();
    // A server that is ended under load may have kept an older state of its consumers: then they stand where the stream does, and again.
    for (let round = 1; !nats.log().includes('the stream was rolled back under its consumer'); round += 1) {
      expect(round).toBeLessThan(6);
      const [before, after] = [range(round * 100, 30), round * 100 + 50];
      for (const n of before) await publish(n);
      await until(() => before.every((n) => under.script.numbers.includes(n)), 'all is handled');
      await until(async () => (await stream()).messages === 0, 'and acked');
      await nats.end();
      rollBackMessages();
      await nats.restart();
      expect((await publish(after)).seq).toBe(1);
      await until(() => under.script.numbers.includes(after), 'what is stored since is handled');
      await until(async () => (await stream()).messages === 0, 'and acked');
    }
  });

  it('does so when the stream has grown past them before they look', async () => {
    const under = await start();
    await keepCopy();
    for (const n of range(0, 10)) await publish(n);
    await until(async () => (await consumer()).ack_floor.stream_seq === 10, 'all is acked');
    await running.splice(0)[0]?.service.stop();
    await nats.end();
    rollBackMessages();
    await nats.restart();
    for (const n of range(100, 25)) await publish(n);
    expect((await stream()).last_seq).toBe(25);
    expect((await consumer()).delivered.stream_seq).toBe(10);
    expect(under.script.numbers).toEqual(range(0, 10));
    const again = await start();
    await until(() => again.script.numbers.length === 25, 'everything stored since is handled');
  });

  it('leaves a consumer alone that is where its stream is', async () => {
    const under = await start();
    for (const n of range(0, 10)) await publish(n);
    await until(async () => (await consumer()).ack_floor.stream_seq === 10, 'all is acked');
    // Something stays in the queue: the server forgets no sequence then.
    under.script.handle = () => Promise.reject(new Error('not now'));
    await publish(10);
    await nats.kill();
    await nats.restart();
    under.script.handle = () => {};
    await until(() => under.server.health().status === 'up' && bus.connected, 'bound again');
    await until(async () => (await stream()).messages === 0, 'the last is handled');
    expect(nats.log()).not.toContain('rolled back');
  });

  it('does not let the ack of a message that was rolled back acknowledge the one in its place', async () => {
    const under = await start();
    let release = () => {};
    const old = new Promise<void>((resolve) => (release = resolve));
    let oldEnded = false;
    let tries = 0;
    under.script.handle = async (event) => {
      if (event.data?.n === 1) return old.then(() => void (oldEnded = true));
      // The new message fails only after the old one has been acked by its handler.
      if ((tries += 1) === 1) {
        release();
        await until(() => oldEnded, 'the old handler ended');
        throw new Error('not now');
      }
    };
    await keepCopy();
    expect((await publish(1)).seq).toBe(1);
    await until(() => under.script.seen.length === 1, 'the old message is in flight');
    await nats.kill();
    // Stream and consumers together, as a disk is restored: they agree, and know nothing of the old message.
    rmSync(store(), { recursive: true });
    cpSync(early(), store(), { recursive: true });
    await nats.restart();
    expect((await publish(2)).seq).toBe(1);
    await until(() => tries === 2, 'the new message is redelivered after its failure');
    await until(async () => (await stream()).messages === 0, 'and acked');
    expect(nats.log()).toContain('the stream is not what it was');
  });
});
