// Real: the server configuration the launcher writes, a nats-server, one connection for each user. What a service publishes and
// hears is played by this test with the libraries the services use.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUS_STREAMS } from '@homing/contracts';
import { type RunningNats, startNats } from '@homing/embedded-stores';
import {
  type Bus,
  cloudEvent,
  connectBus,
  DeadLetterStream,
  JetStreamContext,
  JetStreamServer,
  lastMessage,
  Publisher,
} from '@homing/messaging';
import { type BusUser, busUsers, natsUsers } from '@homing/provisioning';
import { createLogger, Secret } from '@homing/service-kit';
import { jetstream, type JetStreamManager } from '@nats-io/jetstream';
import { connect, headers, type Msg, type NatsConnection } from '@nats-io/transport-node';

const names = Object.keys(busUsers) as BusUser[];
/** Stands apart in the account of the streams; for looking at what the others did. */
const owner = { name: 'owner', password: 'owner' };
const passwords = Object.fromEntries(names.map((name) => [name, `${name}-password`]));
const binary = process.env['HOMING_NATS_SERVER_BIN'];
const event = (id: string) => cloudEvent({ id, source: '/test', type: 'test', data: { id } });

let dir: string;
let nats: RunningNats;
let manager: JetStreamManager;
const buses = new Map<string, Bus>();
const plain: NatsConnection[] = [];
const lines: string[] = [];
const logger = createLogger({
  service: 'test',
  instance: 'test',
  destination: { write: (line) => void lines.push(line) },
});

const bus = (user: BusUser | 'owner'): Bus => {
  const password = new Secret(passwords[user] ?? owner.password);
  const topology = user === 'orchestrator' ? { topology: { storageBytes: 64 * 1024 * 1024 } } : {};
  const found = buses.get(user) ?? connectBus({ url: nats.url, name: user, user, password, logger, ...topology });
  buses.set(user, found);
  return found;
};
const raw = async (user: BusUser, more: object = {}): Promise<NatsConnection> => {
  const connection = await connect({ servers: nats.url, user, pass: passwords[user] ?? '', reconnect: false, ...more });
  plain.push(connection);
  return connection;
};
/** Waits for a condition; the limit only guards against a hang. */
async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + 40_000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`never happened: ${what}\n${lines.slice(-5).join('')}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
const kept = async (stream: string) => (await manager.streams.info(stream)).state.messages;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'homing-rights-'));
  nats = await startNats({
    dir,
    encryptionKey: 'for tests only',
    syncAlways: false,
    users: [...natsUsers(passwords), owner],
    ...(binary ? { binary } : {}),
  });
  ({ manager } = await bus('owner').api());
  await until(() => bus('orchestrator').health().status === 'up', 'the orchestrator made the streams');
});
afterAll(async () => {
  await Promise.all([...buses.values()].map((each) => each.close()));
  await Promise.all(plain.map((connection) => connection.close()));
  await nats.stop();
  rmSync(dir, { recursive: true, force: true });
});

describe('what every user has to do', () => {
  const cases: [BusUser, string, string][] = [
    ['publisher', 'outreach.requested', 'OUTREACH'],
    ['api', 'outreach.requested', 'OUTREACH'],
    ['scheduler', 'outreach.requested', 'OUTREACH'],
    ['api', 'outreach.command', 'OUTREACH'],
    ['api', 'contact.command', 'OUTREACH'],
    ['api', 'conversion.reported', 'OUTREACH'],
    ['publisher', 'conversion.reported', 'OUTREACH'],
    ['orchestrator', 'conversion.reported', 'OUTREACH'],
    ['scheduler', 'outreach.command', 'OUTREACH'],
    ['scheduler', 'delivery.dispatch.email', 'DISPATCH'],
    ['scheduler', 'delivery.lookup.email', 'DISPATCH'],
    ['orchestrator', 'delivery.dispatch.email', 'DISPATCH'],
    ['webhook-ingestion', 'provider.signal.sendgrid', 'SIGNALS'],
    ['projector', 'event.outreach.sent', 'EVENTS'],
    ['projector', 'store.mark', 'MARKS'],
    ['orchestrator', 'deadletter.orchestrator-requests', 'DEADLETTERS'],
    ['channel-gateway', 'deadletter.gateway-email', 'DEADLETTERS'],
    ['webhook-ingestion', 'deadletter.webhook-ingestion', 'DEADLETTERS'],
    ['orchestrator', 'outreach.requested', 'OUTREACH'],
    ['orchestrator', 'outreach.command', 'OUTREACH'],
    ['orchestrator', 'provider.signal.sendgrid', 'SIGNALS'],
    ['orchestrator', 'event.outreach.rejected', 'EVENTS'],
    ['orchestrator', 'delivery.lookup.email', 'DISPATCH'],
  ];
  it.each(cases)('%s publishes %s, is acknowledged, and once', async (user, subject, stream) => {
    const publisher = new Publisher(bus(user));
    const publish = () => publisher.publish(subject, event(user), { tenantId: 't', key: `${user}-${subject}` });
    const first = await publish();
    expect(first).toMatchObject({ stream, duplicate: false });
    expect(await publish()).toEqual({ ...first, duplicate: true });
  });

  it.each([
    ['orchestrator', 'outreach.requested', 'OUTREACH', 'orchestrator-requests'],
    ['orchestrator', 'outreach.command', 'OUTREACH', 'orchestrator-commands'],
    ['orchestrator', 'contact.command', 'OUTREACH', 'orchestrator-contact-commands'],
    ['orchestrator', 'conversion.reported', 'OUTREACH', 'orchestrator-conversions'],
    ['orchestrator', 'provider.signal.sendgrid', 'SIGNALS', 'orchestrator-signals'],
    ['orchestrator', 'event.outreach.rejected', 'EVENTS', 'orchestrator-react-rejected'],
    ['channel-gateway', 'delivery.dispatch.email', 'DISPATCH', 'gateway-email'],
    ['channel-gateway', 'delivery.lookup.email', 'DISPATCH', 'gateway-lookup-email'],
    ['channel-gateway', 'delivery.dispatch.contact_form', 'DISPATCH', 'gateway-contact_form'],
    ['channel-gateway', 'delivery.lookup.whatsapp', 'DISPATCH', 'gateway-lookup-whatsapp'],
  ] as const)(
    '%s makes its consumer of %s, is given everything, and acknowledges',
    async (user, subject, stream, durable) => {
      const { js } = await bus('owner').api();
      const before = Number((await js.publish(subject, JSON.stringify(event('last')))).seq);
      const seen: number[] = [];
      const handle = async (_event: unknown, context: JetStreamContext) => void seen.push(context.streamSequence);
      const server = new JetStreamServer({ bus: bus(user), seal: ({ bytes }) => ({ bytes }) });
      server.addHandler(durable, handle as never, true, { subject, stream, durable });
      server.listen(() => {});
      await until(() => seen.includes(before), `${durable} has the last one`);
      await server.close();
      const pending = async () => (await manager.consumers.info(stream, durable)).num_ack_pending;
      await until(async () => (await pending()) === 0, 'all are acknowledged');
    },
  );

  it.each(['projector', 'channel-gateway'] as const)(
    '%s reads the mark of the event store, the last one alone',
    async (user) => {
      const publisher = new Publisher(bus('projector'));
      for (const text of ['earlier', 'later'])
        await publisher.publishBytes('store.mark', Buffer.from(text), { msgId: `${user} ${text}` });
      const read = await lastMessage(bus(user), { stream: 'MARKS', subject: 'store.mark' });
      expect(Buffer.from(read ?? []).toString()).toBe('later');
      expect((await manager.streams.info('MARKS')).state.messages).toBe(1);
    },
  );

  it('a plain client outside, with the inbox clients use by themselves, holds the ack and hears the decision', async () => {
    const connection = await raw('publisher');
    const decided = new Promise<string>((resolve) => {
      connection.subscribe('_INBOX.plain.*', { callback: (_error, message) => resolve(message.string()) });
    });
    const asking = headers();
    asking.set('Homing-Reply-To', '_INBOX.plain.q1');
    const publish = () =>
      jetstream(connection).publish('outreach.requested', '{}', { msgID: 'plain-1', headers: asking });
    const ack = await publish();
    expect(ack).toMatchObject({ stream: 'OUTREACH', duplicate: false });
    expect(await publish()).toMatchObject({ seq: ack.seq, duplicate: true });
    const stored = await manager.streams.getMessage('OUTREACH', { seq: ack.seq });
    expect(stored?.header.get('Homing-Reply-To')).toBe('_INBOX.plain.q1');
    expect(bus('orchestrator').notify('_INBOX.plain.q1', { status: 'scheduled' })).toBe(true);
    expect(JSON.parse(await decided)).toEqual({ status: 'scheduled' });
  });

  it.each(['api', 'publisher'] as const)('%s hears the decision in its own inbox', async (user) => {
    const inbox = bus(user).inbox();
    const reply = inbox.expect('q1', 30_000);
    await (await bus(user).api()).connection.flush();
    bus('orchestrator').notify(reply.replyTo, { heard: user });
    expect(JSON.parse(Buffer.from((await reply.answer) ?? []).toString())).toEqual({ heard: user });
    inbox.close();
  });

  it('the orchestrator files dead letters, reads and removes them', async () => {
    const { js } = await bus('owner').api();
    const { seq } = await js.publish('deadletter.somebody', 'sealed', { msgID: 'letter-1' });
    const seen: number[] = [];
    const server = new JetStreamServer({ bus: bus('orchestrator'), seal: ({ bytes }) => ({ bytes }) });
    const letters = { stream: 'DEADLETTERS', durable: 'orchestrator-dead-letters', headersOnly: true };
    const handle = async (_event: unknown, context: JetStreamContext) => void seen.push(context.streamSequence);
    server.addHandler(letters.durable, handle as never, true, { ...letters, subject: 'deadletter.*' });
    server.listen(() => {});
    await until(() => seen.includes(seq), 'it is filed');
    await server.close();
    const desk = new DeadLetterStream(bus('orchestrator'));
    expect(Buffer.from((await desk.read({ messageId: 'letter-1', sequence: seq })) ?? []).toString()).toBe('sealed');
    await desk.remove({ messageId: 'letter-2', sequence: seq });
    expect(await manager.streams.getMessage('DEADLETTERS', { seq })).not.toBeNull();
    await desk.remove({ messageId: 'letter-1', sequence: seq });
    expect(await manager.streams.getMessage('DEADLETTERS', { seq })).toBeNull();
  });

  it('the api asks the desk and hears its answer', async () => {
    const answered = bus('orchestrator').listen(
      'desk.dead-letters',
      ({ data }) => {
        const { replyTo } = JSON.parse(Buffer.from(data).toString()) as { replyTo: string };
        bus('orchestrator').notify(replyTo, { kind: 'not_found' });
      },
      { queue: 'desk' },
    );
    await (await bus('orchestrator').api()).connection.flush();
    const inbox = bus('api').inbox();
    const reply = inbox.expect('d1', 30_000);
    await (await bus('api').api()).connection.flush();
    bus('api').notify('desk.dead-letters', { replyTo: reply.replyTo });
    expect(JSON.parse(Buffer.from((await reply.answer) ?? []).toString())).toEqual({ kind: 'not_found' });
    inbox.close();
    answered();
  });

  it('the projector wakes the api', async () => {
    const poked = new Promise<void>((resolve) => void bus('api').listen('live.poke', () => resolve()));
    await (await bus('api').api()).connection.flush();
    await bus('projector').api();
    bus('projector').notify('live.poke', {});
    await poked;
  });

  it('a program outside may count what waits, and letters among the dead', async () => {
    const { manager: asking } = await bus('publisher').api();
    for (const stream of ['OUTREACH', 'DISPATCH', 'DEADLETTERS'])
      expect((await asking.streams.info(stream)).state.messages).toBe(await kept(stream));
  });
});

describe('what nobody outside the streams may do', () => {
  const subjects: [BusUser, string, string][] = [
    ['publisher', 'outreach.requested', 'OUTREACH'],
    ['api', 'outreach.requested', 'OUTREACH'],
    ['webhook-ingestion', 'provider.signal.sendgrid', 'SIGNALS'],
    ['scheduler', 'delivery.dispatch.email', 'DISPATCH'],
    ['projector', 'event.outreach.sent', 'EVENTS'],
    ['projector', 'store.mark', 'MARKS'],
  ];

  it.each(subjects)(
    '%s has the ack of %s sent to the JetStream API: nothing is purged or deleted',
    async (user, subject, stream) => {
      const connection = await raw(user);
      const before = await kept(stream);
      const { last_seq } = (await manager.streams.info(stream)).state;
      // Of the marks only the last one stays.
      const after = stream === 'MARKS' ? 1 : before + 4;
      for (const order of ['PURGE', 'DELETE', 'SNAPSHOT'])
        connection.publish(subject, '{}', { reply: `$JS.API.STREAM.${order}.${stream}` });
      connection.publish(subject, '{}', { reply: `$JS.API.CONSUMER.DELETE.OUTREACH.orchestrator-requests` });
      await connection.flush();
      const stored = async () => (await manager.streams.info(stream)).state.last_seq;
      await until(async () => (await stored()) >= last_seq + 4, 'all four are stored');
      expect(await kept(stream)).toBe(after);
      expect((await manager.consumers.info('OUTREACH', 'orchestrator-requests')).name).toBe('orchestrator-requests');
    },
  );

  it.each(names)(
    '%s makes no stream that would hear everything, removes none, reads none of another’s',
    async (user) => {
      const connection = await raw(user, { inboxPrefix: `_INBOX_${user}` });
      const refused: string[] = [];
      void (async () => {
        for await (const status of connection.status()) if (status.type === 'error') refused.push(String(status.error));
      })();
      const [others, consumer] =
        user === 'orchestrator' ? ['MARKS', 'DISPATCH.gateway-email'] : ['OUTREACH', 'OUTREACH.orchestrator-requests'];
      const orders: [string, object][] = [
        ['$JS.API.STREAM.DELETE.SIGNALS', {}],
        ['$JS.API.STREAM.PURGE.OUTREACH', {}],
        [`$JS.API.STREAM.MSG.GET.${others}`, { seq: 1 }],
        ['$JS.API.STREAM.MSG.DELETE.OUTREACH', { seq: 1 }],
        [`$JS.API.CONSUMER.DELETE.${consumer}`, {}],
        ['$JS.API.CONSUMER.MSG.NEXT.OUTREACH.spy', {}],
        ['$JS.API.CONSUMER.CREATE.OUTREACH', { stream_name: 'OUTREACH', config: { ack_policy: 'none' } }],
        ...(user === 'orchestrator'
          ? []
          : ([['$JS.API.STREAM.CREATE.SPY', { name: 'SPY', subjects: ['spy'], sources: [{ name: 'OUTREACH' }] }]] as [
              string,
              object,
            ][])),
      ];
      const answers = orders.map(([subject, order]) =>
        connection.request(subject, JSON.stringify(order), { timeout: 10_000 }).then(
          (answer: Msg) => `${subject} ${answer.string()}`,
          () => 'refused',
        ),
      );
      await until(() => refused.length >= orders.length, 'the server refused each');
      await connection.close();
      expect(new Set(await Promise.all(answers))).toEqual(new Set(['refused']));
      const found = await manager.streams.names().next();
      expect([...found].sort()).toEqual(Object.values(BUS_STREAMS).sort());
    },
  );

  it('nobody hears another’s inbox, the requests, or the acknowledgements', async () => {
    for (const user of names) {
      const connection = await raw(user);
      const refused: string[] = [];
      for (const subject of ['>', 'outreach.requested', 'desk.>', '_INBOX_orchestrator.>', '$JS.ACK.>', '_R_.>']) {
        if (user === 'orchestrator' && subject.startsWith('_INBOX')) continue;
        connection.subscribe(subject, { callback: (error) => void (error && refused.push(subject)) });
      }
      await until(() => refused.length === (user === 'orchestrator' ? 5 : 6), `${user} is refused`);
    }
  });
});
