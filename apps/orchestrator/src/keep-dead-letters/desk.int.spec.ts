// Real: nats-server, PostgreSQL with the roles, the sealing, the consumers. Played: who handles requests, and the intake.
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { deadLetterId, type CloudEvent, type DeskRequest, type DeskWish } from '@homing/contracts';
import { createIntake, requestConcern } from '@homing/intake';
import {
  cloudEvent,
  DeadLetterStream,
  JetStreamContext,
  JetStreamServer,
  PoisonError,
  Publisher,
  type Bus,
} from '@homing/messaging';
import { createDeadLetterFile, createLetterOpener, type DeadLetterFile } from '@homing/vault/desk';
import { createAnswerKey, createLetterView, createRepairSealer } from '@homing/vault/letters';
import { generateVaultKeys, type VaultKeys } from '@homing/vault';
import { createVaultIntake } from '@homing/vault/intake';
import { createRegistry } from '@homing/vault/registry';
import { createDeadLetterSealer, createFingerprinter } from '@homing/vault/seal';
import { createVaultEraser } from '@homing/vault/erase';
import { nanos } from '@nats-io/transport-node';
import { startTestBus, until, type TestBus } from '../../../../libs/messaging/src/bus.fixture.js';
import { startTestVault, type TestVault } from '../../../../libs/vault/src/database/vault.fixture.js';
import { DeadLetterController } from './dead-letter.controller.js';
import { body, ids } from './desk.fixture.js';
import { tidyDesk } from './desk.round.js';
import { LetterDesk } from './letter.desk.js';
import { LetterFiler } from './letter.filer.service.js';
import { replayLetter } from './letter.replay.js';

let nats: TestBus;
let bus: Bus;
let vault: TestVault;
let keys: VaultKeys;
let file: DeadLetterFile;
let desk: LetterDesk;
let stream: DeadLetterStream;
const tenantId = randomUUID();
const handled: { event: CloudEvent; deliveries: number }[] = [];
let verdict: (event: CloudEvent) => void = () => {};
const servers: JetStreamServer[] = [];

beforeAll(async () => {
  [nats, vault, keys] = [await startTestBus(), await startTestVault(), await generateVaultKeys()];
  bus = nats.connect();
  file = createDeadLetterFile(vault.as('vault_desk'));
  stream = new DeadLetterStream(bus);
  const { fingerprintKey } = vault;
  const db = vault.as('vault_intake');
  const registry = createRegistry({ db, access: 'system' });
  await createRegistry({ db: vault.as('owner'), access: 'system' }).createTenant({
    actor: 't',
    id: tenantId,
    name: 'T',
  });
  const intake = createIntake({ vault: createVaultIntake({ db, ...vault.keys, fingerprintKey }), registry, ids });
  const [publisher, fingerprinter] = [new Publisher(bus), createFingerprinter(fingerprintKey)];
  desk = new LetterDesk({
    file,
    stream,
    opener: createLetterOpener(keys),
    replay: (replay) =>
      replayLetter({ intake, publisher, parsers: new Map(), now: () => new Date().toISOString() }, replay),
    digestOf: (letterId, wish) => fingerprinter.digest(letterId, { wish: wish ?? null }),
  });
  const seal = createDeadLetterSealer({ sealKey: keys.sealKey, concern: requestConcern(fingerprinter) });
  const server = new JetStreamServer({ bus, seal, backoff: { baseMs: 20, capMs: 100 }, drainMs: 500 });
  servers.push(server);
  const handle = (event: CloudEvent, { deliveryCount }: JetStreamContext) => {
    handled.push({ event, deliveries: deliveryCount });
    verdict(event);
  };
  const requests = { stream: 'OUTREACH', durable: 'requests', subject: 'outreach.requested' };
  server.addHandler('requests', handle as never, true, requests);
  const clerk = new DeadLetterController(new LetterFiler({ file, stream, registry }));
  const letters = { stream: 'DEADLETTERS', durable: 'clerk', subject: 'deadletter.*', headersOnly: true };
  server.addHandler(
    'clerk',
    ((_event: unknown, context: JetStreamContext) => clerk.handle(context)) as never,
    true,
    letters,
  );
  server.listen(() => {});
  await until(() => server.health().status === 'up', 'bound');
});
afterEach(() => void (verdict = () => {}));
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await Promise.all([nats?.close(), vault?.close()]);
});

const poison = (): never => {
  throw new PoisonError('invalid_request', [{ path: 'data.urgency', code: 'isIn' }]);
};
/** Publishes what will be poison; resolves with the letter that was filed of it. */
async function bury(data: object, id: string = randomUUID()): Promise<string> {
  const before = await open();
  verdict = poison;
  const event = cloudEvent({ id, source: 'shop', type: 'outreach.requested', data });
  await new Publisher(bus).publish('outreach.requested', event, { tenantId, key: id });
  return until2(async () => [...(await open())].find((each) => !before.has(each)), 'the letter is filed');
}
async function until2<T>(look: () => Promise<T | undefined>, what: string): Promise<T> {
  let found: T | undefined;
  await until(async () => (found = await look()) !== undefined, what);
  return found as T;
}
const viewer = { tenantId, operator: true };
const view = () => createLetterView(vault.as('vault_api', 1));
const open = async () => {
  const [mine, nobodys] = await Promise.all(
    (['tenant', 'installation'] as const).map((owner) => view().list(viewer, { owner, state: 'open', limit: 500 })),
  );
  return new Set([...(mine?.items ?? []), ...(nobodys?.items ?? [])].map(({ id }) => id));
};
const ask = (letterId: string, wish: DeskWish) =>
  desk.handle({ letterId, tenantId, operator: true, actor: 'key-1', replyTo: '_INBOX.a.b', ...wish } as DeskRequest);
const held = async () => (await (await bus.api()).manager.streams.info('DEADLETTERS')).state.messages;
const tidy = () => tidyDesk({ file, stream, now: () => new Date() });
const contacts = { email: 'ada@example.test' };
const headers = {
  'Homing-Consumer': 'x',
  'Homing-Subject': 'webhook.sendgrid',
  'Homing-Reason': 'unreadable_webhook',
  'Homing-Faults': 'no json',
  'Homing-Size': '3',
  'Homing-Stored-At': '2026-05-01T09:00:00.000Z',
};

describe('from a broken message to its end', () => {
  it('is filed with everything but what it says, opened for one answer, and replayed once', async () => {
    const id = await bury({ ...body, tenantId, recipient: { id: 'ada', name: 'Ada', contacts } }, 'order-1');
    const letter = await view().find(viewer, id);
    expect(letter).toMatchObject({
      tenantId,
      consumer: 'requests',
      reason: 'invalid_request',
      faults: [{ path: 'data.urgency', code: 'isIn' }],
      subject: 'outreach.requested',
      source: { stream: 'OUTREACH' },
      state: 'open',
    });
    expect(JSON.stringify(letter)).not.toMatch(/ada/i);

    const answerKey = await createAnswerKey();
    const opened = await ask(id, { action: 'open', answerKey: answerKey.key });
    if (opened.kind !== 'opened') throw new Error(`it was not opened: ${opened.kind}`);
    const content = await answerKey.open(Buffer.from(opened.sealed, 'base64'), id);
    expect(JSON.parse(Buffer.from(content).toString())).toMatchObject({
      id: 'order-1',
      data: { recipient: { name: 'Ada' } },
    });

    const seal = createRepairSealer(keys);
    const repaired = Buffer.from(await seal(Buffer.from(JSON.stringify({ ...body, tenantId })), id)).toString('base64');
    verdict = () => {};
    const outreachId = ids.outreachId(tenantId, 'bus:shop', 'order-1');
    expect(await ask(id, { action: 'replay', repaired })).toMatchObject({ resolution: { outreachId } });
    await until(() => handled.some(({ event }) => event.dataref === `vault:outreach/${outreachId}`), 'handed in again');
    expect(await ask(id, { action: 'replay' })).toMatchObject({ kind: 'already_resolved' });
    expect((await view().actions(viewer, id)).map(({ action }) => action)).toEqual(['content_read', 'replayed']);
  });

  it('leaves the bus when it has ended, and only then', async () => {
    await tidy();
    const before = await held();
    const [ended, stays] = [await bury({ n: 1 }), await bury({ n: 2 })];
    await ask(ended, { action: 'discard', reason: 'test' });
    expect(await held()).toBe(before + 2);
    await tidy();
    expect(await held()).toBe(before + 1);
    await tidy();
    expect(await held()).toBe(before + 1);
    const answerKey = (await createAnswerKey()).key;
    expect((await ask(stays, { action: 'open', answerKey })).kind).toBe('opened');
  });

  it('leaves the bus when the person it speaks of is erased', async () => {
    await tidy();
    const before = await held();
    const id = await bury({ ...body, tenantId, recipient: { id: 'to-be-erased', contacts } });
    const eraser = createVaultEraser({ db: vault.as('vault_api', 1), fingerprintKey: vault.fingerprintKey });
    expect(await eraser.eraseLetters({ tenantId, recipientId: 'to-be-erased' })).toBe(1);
    await tidy();
    expect(await held()).toBe(before);
    expect((await view().find(viewer, id))?.state).toBe('erased');
  });

  it('is nobody’s when it names a tenant that does not exist', async () => {
    const id = await bury({ ...body, tenantId: randomUUID() });
    expect(await view().find(viewer, id)).toMatchObject({ tenantId: null });
    expect(await view().find({ tenantId, operator: false }, id)).toBeUndefined();
    const answerKey = (await createAnswerKey()).key;
    expect((await ask(id, { action: 'open', answerKey })).kind).toBe('opened');
  });

  it('has one content, however often it was kept', async () => {
    await tidy();
    const before = await held();
    const { manager } = await bus.api();
    const messageId = `dlq-${randomUUID()}`;
    const keep = () =>
      new Publisher(bus).publishBytes('deadletter.x', Buffer.from('sealed'), { msgId: messageId, headers });
    // The bus forgets message ids after a while: it is kept a second time.
    await manager.streams.update('DEADLETTERS', { duplicate_window: nanos(100) });
    await keep();
    await until(async () => !(await keep()).duplicate, 'it is kept twice');
    await until(async () => (await held()) === before + 1, 'the older copy is removed');
    const id = deadLetterId(messageId);
    // The second may not be filed yet: then who files it removes it.
    await ask(id, { action: 'discard', reason: 'duplicate' });
    await tidy();
    await until(async () => (await held()) === before, 'nothing of it is left');
  });

  it('expires when the bus has lost it, whatever lies in its place by then', async () => {
    const id = await bury({ n: 3 });
    await (await bus.api()).manager.streams.purge('DEADLETTERS');
    const later = await bury({ n: 4 });
    await tidy();
    expect((await view().find(viewer, id))?.state).toBe('expired');
    expect((await view().find(viewer, later))?.state).toBe('open');
  });
});

describe('what is no poison', () => {
  it('makes no dead letter, however long it lasts, and is handled when it is over', async () => {
    const before = await held();
    let failures = 0;
    let over = false;
    verdict = () => {
      if (over) return;
      failures += 1;
      // Drivers and runtimes throw all sorts of things while a store is away.
      if (failures % 3 === 0) throw new TypeError('Cannot read properties of null');
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: failures % 2 ? 'ECONNREFUSED' : '57P01' });
    };
    const id = randomUUID();
    const event = cloudEvent({ id, source: 'shop', type: 'outreach.requested', data: body });
    await new Publisher(bus).publish('outreach.requested', event, { tenantId, key: id });
    await until(() => failures >= 60, 'sixty tries in vain');
    expect(await held()).toBe(before);
    over = true;
    await until(() => servers[0]?.stats['requests']?.inFlight === 0, 'handled');
    expect(handled.filter((each) => each.event.id === id).at(-1)?.deliveries).toBeGreaterThanOrEqual(60);
    expect(await held()).toBe(before);
  });
});

describe('the desk’s own consumer', () => {
  it('passes over what is no letter, and files what comes again as one', async () => {
    const messageId = `dlq-${randomUUID()}`;
    const publisher = new Publisher(bus);
    await publisher.publishBytes('deadletter.strange', new Uint8Array(3), { msgId: randomUUID() });
    await until(() => (servers[0]?.stats['clerk']?.poison['unreadable'] ?? 0) > 0, 'passed over');
    await publisher.publishBytes('deadletter.x', new Uint8Array(3), { msgId: messageId, headers });
    const id = deadLetterId(messageId);
    await until(async () => (await view().find(viewer, id)) !== undefined, 'filed');
    expect(await view().find(viewer, id)).toMatchObject({ tenantId: null, faults: [], source: null });
  });
});
