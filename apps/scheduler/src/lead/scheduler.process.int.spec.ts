import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { outreachStream } from '@homing/contracts';
import { connectEventStore, type EventStore } from '@homing/event-store';
import { keepMark, type ReadModelConnection } from '@homing/read-model';
import { until } from '@homing/testing';
import { startTestBus, type TestBus } from '../../../../libs/messaging/src/bus.fixture.js';
import { emailStory } from '../../../../libs/read-model/src/fixtures/outreach-story.fixture.js';
import { project } from '../../../../libs/read-model/src/fixtures/project.fixture.js';
import { makeReadDatabase, type ReadDatabase } from '../../../../libs/read-model/src/fixtures/read-database.fixture.js';
import { type Child, startProgram } from '../../../../libs/service-kit/src/child-process.fixture.js';
import { startTestVault, type TestVault } from '../../../../libs/vault/src/database/vault.fixture.js';

// Real here: the shipped scheduler, twice, and the shipped event store server as processes, nats-server, Postgres.
// Hang guard: a silent leader is given 15 s, and two cores may be busy.
jest.setTimeout(300_000);

let database: ReadDatabase;
let vault: TestVault;
let bus: TestBus;
let server: Child;
let store: EventStore;
let readModel: ReadModelConnection;
let env: Record<string, string>;
const schedulers: Child[] = [];

beforeAll(async () => {
  [database, vault, bus] = await Promise.all([makeReadDatabase(), startTestVault(), startTestBus()]);
  // The orchestrator makes the streams; the scheduler may not.
  const orchestrator = bus.connect();
  await until(() => orchestrator.health().status === 'up', 'the streams to be made');
  server = startProgram('event-store-dev', { PORT: '0' });
  const url = String((await server.line((line) => 'port' in line))['url']);
  store = connectEventStore({ url });
  readModel = database.connect('system');
  env = {
    ...{ EVENTSTORE_URL: url, NATS_URL: bus.url, READ_DATABASE_URL: database.urlOf('system') },
    ...{ VAULT_DATABASE_URL: vault.urlOf('vault_intake'), VAULT_SEAL_KEY: vault.keys.sealKey },
    ...{ FINGERPRINT_KEY: vault.fingerprintKey, LOG_LEVEL: 'info', WAKE_EVERY_MS: '50' },
  };
});
afterEach(async () => {
  for (const child of schedulers) child.process.kill('SIGKILL');
  await Promise.all(schedulers.splice(0).map((child) => child.ended));
});
afterAll(async () => {
  await store.dispose();
  server.process.kill('SIGTERM');
  await server.ended;
  await Promise.all([bus.close(), vault.close()]);
  await database.drop();
});

/** An outreach that is committed, projected, due, and that nobody has dispatched. */
async function due(n: number): Promise<string> {
  const story = emailStory({ n });
  const { outreachId, tenantId } = story;
  const metadata = {
    tenantId,
    correlationId: outreachId,
    causationId: outreachId,
    recordedBy: 'test',
    schemaVersion: 1,
  };
  await store.append({
    ...{ stream: outreachStream(outreachId), expectedRevision: 'no_stream', commandId: 'put', events: story.intake },
    metadata: { ...metadata, recordedAt: new Date().toISOString() },
  });
  const read = await store.readStream(story.stream);
  if (read.kind === 'missing') throw new Error('not there');
  await project(readModel, read.events);
  // The projector's word that the store is whole: without it nothing that stands in a store is dispatched.
  const last = read.events.at(-1);
  if (!last) throw new Error('nothing stands there');
  const { position, revision } = last;
  const at = { generation: 0, recordedAt: new Date().toISOString(), stream: story.stream };
  await keepMark(readModel, { ...at, position: position.toString(), revision: revision.toString() });
  return `${tenantId}:${outreachId}.1:1:1`;
}

async function dispatched(): Promise<string[]> {
  const { manager } = await bus.connect().api();
  const { state } = await manager.streams.info('DISPATCH');
  const ids: string[] = [];
  for (let seq = Math.max(1, state.first_seq); seq <= state.last_seq; seq += 1) {
    const message = await manager.streams.getMessage('DISPATCH', { seq });
    if (message) ids.push(message.header.get('Nats-Msg-Id'));
  }
  return ids;
}

function scheduler(instance: string): Child {
  const child = startProgram('scheduler', { ...env, SERVICE_INSTANCE: instance });
  schedulers.push(child);
  return child;
}
const leads = (child: Child) => child.line((line) => line['msg'] === 'leads from now on');
async function readiness(child: Child): Promise<{ status: number; leadership: unknown }> {
  const { url } = await child.line((line) => line['msg'] === 'listening');
  const answer = await fetch(`${String(url)}/health/ready`);
  const { checks } = (await answer.json()) as { checks: Record<string, unknown> };
  return { status: answer.status, leadership: checks['leadership'] };
}
const is = async (child: Child, note: string): Promise<boolean> => {
  const { status, leadership } = await readiness(child);
  return status === 200 && (leadership as { note?: string }).note === note;
};

describe('two schedulers', () => {
  it.each([
    ['SIGKILL', 1],
    ['SIGSTOP', 3],
  ] as const)(
    'one works and one waits; after %s of the leader the other goes on, and nothing is done twice',
    async (signal, n) => {
      const first = scheduler('first');
      await leads(first);
      const second = scheduler('second');
      await until(() => is(second, 'standby'), 'the second to be ready and to say that it stands by');
      await until(() => is(first, 'leading'), 'the first to be ready and to say that it leads');
      const before = await due(n);
      await until(async () => (await dispatched()).includes(before), 'the first to dispatch');

      first.process.kill(signal);
      const after = await due(n + 1);
      await leads(second);
      await until(async () => (await dispatched()).includes(after), 'the second to dispatch');
      if (signal === 'SIGSTOP') {
        first.process.kill('SIGCONT');
        await until(() => is(first, 'standby'), 'the first to find that it leads no more');
      }
      expect(await is(second, 'leading')).toBe(true);
      const all = await dispatched();
      expect(all.filter((id) => id === before || id === after)).toEqual([before, after]);
      expect(new Set(all).size).toBe(all.length);
    },
  );
});
