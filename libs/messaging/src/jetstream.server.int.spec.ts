import { createHash } from 'node:crypto';
import { DEAD_LETTER_HEADERS } from '@homing/contracts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestBus, type TestBus, until } from './bus.fixture.js';
import { listen, type Listening, numbered, testSeal } from './handlers.fixture.js';
import {
  type Bus,
  encodeCloudEvent,
  PoisonError,
  Publisher,
  PublishRefusedError,
  RetryLaterError,
  type SealLetter,
} from './index.js';

const requested = 'outreach.requested';
const dispatch = 'delivery.dispatch.email';

describe('JetStreamServer', () => {
  let nats: TestBus;
  let bus: Bus;
  let publisher: Publisher;
  let under: Listening;
  let run = 0;

  beforeAll(async () => {
    nats = await startTestBus();
    bus = nats.connect();
    publisher = new Publisher(bus);
  });
  afterAll(() => nats.close());
  beforeEach(async () => {
    run += 1;
    under = await listen(bus);
    await until(() => under.server.health().status === 'up', 'consumers are bound');
  });
  afterEach(async () => {
    under.script.handle = () => {};
    const empty = async () => (await kept('OUTREACH')) + (await kept('DISPATCH')) === 0;
    await until(empty, 'everything is handled').finally(() => under.service.stop());
  });

  const publish = (n: number, subject = requested, more: { replyTo?: string } = {}) =>
    publisher.publish(subject, numbered(n), { tenantId: 't1', key: `${run}:${n}`, ...more });
  const streamInfo = async (name: string) => (await bus.api()).manager.streams.info(name);
  const kept = async (name: string) => (await streamInfo(name)).state.messages;
  const deadLetters = () => kept('DEADLETTERS');
  const gate = () => {
    let open = () => {};
    const opened = new Promise<void>((resolve) => (open = resolve));
    return { passed: () => opened, open };
  };

  it('hands over the event and its context, and acks only after the effect', async () => {
    const door = gate();
    under.script.handle = () => door.passed();
    await publish(1);
    await until(() => under.script.seen.length === 1, 'the handler runs');
    const [{ id, n, context } = fail()] = under.script.seen;
    expect({ id, n, subject: context.subject, deliveries: context.deliveryCount }).toEqual({
      id: 'e1',
      n: 1,
      subject: requested,
      deliveries: 1,
    });
    expect(context.messageId).toBe(`t1:${run}:1`);
    expect(context.form).toBe('structured');
    expect(await kept('OUTREACH')).toBe(1);
    door.open();
    await until(async () => (await kept('OUTREACH')) === 0, 'the ack removed it');
  });

  it('keeps a slow handler alive past the ack wait, without a second delivery', async () => {
    const door = gate();
    under.script.handle = () => door.passed();
    await publish(1);
    await until(() => under.script.seen.length === 1, 'the handler runs');
    const info = async () => (await bus.api()).manager.consumers.info('OUTREACH', 'decide');
    let signs = 0;
    const stop = bus.listen(
      '$JS.ACK.OUTREACH.decide.>',
      ({ data }) => void (signs += Buffer.from(data).toString() === '+WPI' ? 1 : 0),
    );
    await until(() => signs >= 7, 'seven signs of life, one every third of the ack wait');
    stop();
    expect((await info()).num_redelivered).toBe(0);
    door.open();
    await until(async () => (await kept('OUTREACH')) === 0, 'the ack removed it');
    expect(under.script.seen).toHaveLength(1);
  });

  it('accepts a bare body where allowed, with the message id as its id', async () => {
    await publisher.publishBytes(requested, new TextEncoder().encode('{"n":5}'), { msgId: `t1:${run}:bare` });
    await until(() => under.script.seen.length === 1, 'handled');
    expect(under.script.seen[0]).toMatchObject({ n: 5, id: `t1:${run}:bare`, context: { form: 'bare' } });
  });

  it('backs off on any error that is not poison, and handles the message in the end', async () => {
    const before = await deadLetters();
    let failures = 0;
    under.script.handle = () => {
      if (failures < 12)
        throw Object.assign(new Error(`down (attempt ${(failures += 1)}) ada@example.test`), { code: 'ECONNREFUSED' });
    };
    await publish(1);
    await until(async () => failures === 12 && (await kept('OUTREACH')) === 0, 'handled at last');
    expect(under.script.seen.map(({ deliveryCount }) => deliveryCount)).toEqual(
      [...Array(13).keys()].map((n) => n + 1),
    );
    expect(under.server.stats['decide']).toMatchObject({ handled: 1, failures: { 'Error ECONNREFUSED': 12 } });
    expect(await deadLetters()).toBe(before);
    expect(nats.log()).toContain('handler failed, will be tried again');
    expect(nats.log()).not.toContain('ada@');
  });

  it('redelivers without counting a failure when the handler asks for later', async () => {
    under.script.handle = (_event, { deliveryCount }) => {
      if (deliveryCount === 1) throw new RetryLaterError(30);
    };
    await publish(1);
    await until(() => under.script.seen.length === 2, 'came again');
    expect(under.server.stats['decide']?.failures).toEqual({});
  });

  it('puts poison, and only poison, sealed among the dead letters before it gives it up', async () => {
    under.script.handle = (event) => {
      if (event.data?.n === 2)
        throw new PoisonError('invalid_request', [{ path: 'data.address', code: 'not_an_address' }]);
    };
    const { seq } = await publish(2);
    await publish(3);
    await until(async () => (await kept('OUTREACH')) === 0, 'both are gone');
    const { manager } = await bus.api();
    const letter = await manager.streams.getMessage('DEADLETTERS', { last_by_subj: 'deadletter.decide' });
    const header = (name: keyof typeof DEAD_LETTER_HEADERS) => letter?.header.get(DEAD_LETTER_HEADERS[name]);
    expect([header('consumer'), header('stream'), header('sequence'), header('subject')]).toEqual([
      'decide',
      'OUTREACH',
      String(seq),
      requested,
    ]);
    expect([header('tenant'), header('subjects')]).toEqual(['tenant-1', 'who else']);
    expect(header('size')).toBe(String(encodeCloudEvent(numbered(2)).length));
    expect(header('digest')).toBe('');
    expect(header('reason')).toBe('invalid_request');
    expect(JSON.parse(header('faults') ?? '')).toEqual([{ path: 'data.address', code: 'not_an_address' }]);
    const stored = Buffer.from(letter?.data ?? []);
    expect(stored.toString('latin1')).not.toContain('ada@');
    expect(JSON.parse(Buffer.from(testSeal(stored)).toString())).toMatchObject({
      id: 'e2',
      data: { address: 'ada@example.test' },
    });
    expect(under.script.seen.filter(({ n }) => n === 2)).toHaveLength(1);
  });

  it('takes a message that is no event for poison', async () => {
    const before = await deadLetters();
    await publisher.publishBytes(dispatch, new TextEncoder().encode('{"n":5}'), { msgId: `t1:${run}:x` });
    await until(async () => (await deadLetters()) === before + 1, 'kept as a dead letter');
    expect(under.script.seen).toHaveLength(0);
  });

  it.each([
    ['outreach.requested', 'OUTREACH', 'decide', 512 * 1024],
    ['delivery.dispatch.email', 'DISPATCH', 'send-email', 1024 * 1024],
  ])('keeps poison whole that is as large as %s may be', async (subject, stream, durable, largest) => {
    const msgId = `t1:${run}:large`;
    // What the stream counts beside the body: the one header and its frame.
    const carried = `NATS/1.0\r\nNats-Msg-Id: ${msgId}\r\n\r\n`.length;
    const body = new Uint8Array(largest - carried).fill(0x20);
    await publisher.publishBytes(subject, body, { msgId });
    await until(async () => (await kept(stream)) === 0, 'given up');
    const { manager } = await bus.api();
    const letter = await manager.streams.getMessage('DEADLETTERS', { last_by_subj: `deadletter.${durable}` });
    expect(Buffer.from(testSeal(letter?.data ?? new Uint8Array())).equals(Buffer.from(body))).toBe(true);
    const over = publisher.publishBytes(subject, new Uint8Array(largest), { msgId: `${msgId}-over` });
    await expect(over).rejects.toThrow(PublishRefusedError);
  });

  it.each([
    ['the stream', 1_200_000],
    ['the server', 3_000_000],
  ])('keeps a digest of poison whose letter %s refuses, and gives the message up', async (_who, sealedSize) => {
    await under.service.stop();
    under = await listen(bus, { seal: () => ({ bytes: new Uint8Array(sealedSize) }) });
    under.script.handle = () => {
      throw new PoisonError('unreadable');
    };
    const { seq } = await publish(4);
    await until(async () => (await kept('OUTREACH')) === 0, 'given up');
    const { manager } = await bus.api();
    const letter = await manager.streams.getMessage('DEADLETTERS', { last_by_subj: 'deadletter.decide' });
    const original = encodeCloudEvent(numbered(4));
    expect(letter?.data).toHaveLength(0);
    expect(letter?.header.get(DEAD_LETTER_HEADERS.sequence)).toBe(String(seq));
    expect(letter?.header.get(DEAD_LETTER_HEADERS.size)).toBe(String(original.length));
    expect(letter?.header.get(DEAD_LETTER_HEADERS.digest)).toBe(createHash('sha256').update(original).digest('hex'));
    expect(nats.log()).toContain('"kept":"digest"');
  });

  it('gives nothing up while the dead letter cannot be kept', async () => {
    await under.service.stop();
    let sealable = false;
    let refused = 0;
    const before = await deadLetters();
    const seal: SealLetter = ({ bytes }) => {
      if (!sealable) throw new Error(`no key ${(refused += 1)}`);
      return { bytes: testSeal(bytes) };
    };
    under = await listen(bus, { seal });
    under.script.handle = () => {
      throw new PoisonError('unreadable');
    };
    await publish(1);
    await until(() => refused >= 3, 'sealing failed three times');
    expect(await kept('OUTREACH')).toBe(1);
    expect(await deadLetters()).toBe(before);
    sealable = true;
    await until(async () => (await kept('OUTREACH')) === 0, 'given up');
    expect(await deadLetters()).toBe(before + 1);
  });

  it('never handles more than maxInFlight at one time, and a blocked subject does not hold up another', async () => {
    const door = gate();
    let now = 0;
    let most = 0;
    under.script.handle = async (_event, { subject }) => {
      if (subject === dispatch) return;
      most = Math.max(most, (now += 1));
      await door.passed();
      now -= 1;
    };
    const flood = Array.from({ length: 40 }, (_, n) => ({
      subject: requested,
      event: numbered(n),
      tenantId: 't1',
      key: `${run}:${n}`,
    }));
    await publisher.publishMany(flood);
    // A pull is made when a quarter is free: between 7 and 8 of 8 are in flight then.
    await until(() => now >= 7, 'the first subject is full');
    await publish(99, dispatch);
    await until(() => under.script.seen.some(({ subject }) => subject === dispatch), 'the other subject is served');
    expect(under.script.numbers.filter((n) => n !== 99)).toHaveLength(now);
    door.open();
    await until(() => under.script.numbers.length === 41, 'all are handled');
    expect(most).toBeGreaterThanOrEqual(7);
    expect(most).toBeLessThanOrEqual(8);
  });

  it('drains on close: awaits what is being handled, acks it, and takes no more', async () => {
    const door = gate();
    under.script.handle = () => door.passed();
    await publish(1);
    await until(() => under.script.seen.length === 1, 'the handler runs');
    let stopped = false;
    const stopping = under.service.stop().then(() => (stopped = true));
    await until(() => under.server.health().status === 'down', 'stops pulling');
    await publish(2);
    expect(stopped).toBe(false);
    door.open();
    await stopping;
    expect(under.script.numbers).toEqual([1]);
    expect(await kept('OUTREACH')).toBe(1);
    under = await listen(bus);
    await until(() => under.script.seen.length === 1, 'the next process takes the rest');
    expect(under.script.seen[0]).toMatchObject({ n: 2 });
  });

  it('stops in bounded time although a handler hangs; the message comes again', async () => {
    await under.service.stop();
    under = await listen(bus, { drainMs: 50 });
    under.script.handle = () => new Promise(() => {});
    await publish(1);
    await until(() => under.script.seen.length === 1, 'the handler hangs');
    await under.service.stop();
    expect(nats.log()).toContain('stopped while messages were being handled');
    under = await listen(bus);
    await until(() => under.script.seen.length === 1, 'redelivered');
    expect(under.script.seen[0]?.deliveryCount).toBeGreaterThan(1);
  });

  it('lets the publisher wait for the answer', async () => {
    under.script.handle = (event, { replyTo }) => void bus.notify(replyTo ?? '', { answer: event.id });
    const inbox = bus.inbox();
    const reply = inbox.expect('q1', 10_000);
    await publish(1, requested, { replyTo: reply.replyTo });
    expect(JSON.parse(Buffer.from((await reply.answer) ?? []).toString())).toEqual({ answer: 'e1' });
    const unanswered = inbox.expect('q2', 20);
    expect(await unanswered.answer).toBeUndefined();
    await publish(2, requested, { replyTo: '$JS.API.STREAM.DELETE.OUTREACH' });
    await until(() => under.script.seen.length === 2, 'handled');
    expect(under.script.seen[1]?.context.replyTo).toBeUndefined();
    inbox.close();
  });
});

function fail(): never {
  throw new Error('nothing was handled');
}
