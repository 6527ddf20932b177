// Stores that are killed, emptied and rolled back under load, and a provider that tells everything 46 times. Real: the shipped processes
// over TCP, the stores' own files. Played: the provider; its ledger says what was sent. The faults are docs/reliability.md, "Chaos".
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { outreachStream } from '@homing/contracts';
import { connectEventStore } from '@homing/event-store';
import { LocalStack, until } from '@homing/testing/local-stack';
import { account, type Account } from './chaos.account.fixture.js';
import {
  copyJetStream,
  deleteJetStream,
  killStore,
  logOf,
  ReadDatabaseBackup,
  rollBackJetStream,
} from './chaos.faults.fixture.js';
import { CHAOS_ENVIRONMENT, ChaosLoad, drained, whileBacklog, whole } from './chaos.run.fixture.js';

const full = process.env['HOMING_TEST_SIZE'] === 'full';
const sized = (quick: number, large: number): number => (full ? large : quick);
const KILLS = full
  ? Array.from({ length: 20 }, (_, n) => ['postgres', 'nats', 'event-store-dev', 'postgres-events'][n % 4] ?? '')
  : ['postgres', 'nats', 'postgres-events'];
const hangGuard = sized(600_000, 900_000);

let stack: LocalStack;
const figures: Record<string, Account> = {};

beforeAll(async () => {
  stack = await LocalStack.start({ environment: CHAOS_ENVIRONMENT });
}, 600_000);
afterAll(async () => {
  process.stdout.write(`${JSON.stringify({ chaos: figures })}\n`);
  await stack.stop();
}, 300_000);

const restarts = (): number => Object.values(stack.services()).reduce((sum, each) => sum + each.restarts, 0);

it(
  `stores killed ${KILLS.length} times under load`,
  async () => {
    const before = restarts();
    const load = new ChaosLoad(stack, { name: 'kill', count: sized(90, 2_000) });
    const gone: number[] = [];
    for (const [n, service] of KILLS.entries()) {
      await load.upTo((n + 1) / (KILLS.length + 1));
      gone.push(await killStore(stack, service));
    }
    expect(new Set(gone).size).toBe(KILLS.length);
    const accepted = await load.rest();
    figures['kills'] = await account({ stack, accepted, compare: full });
    // Who depends on them lived through it: nobody else was started again (the event store goes with its database).
    expect(restarts() - before).toBeGreaterThanOrEqual(KILLS.length);
  },
  hangGuard,
);

describe('the directory of JetStream', () => {
  it(
    'deleted: every accepted request is found again in the vault, every dispatch in the timetable',
    async () => {
      const load = new ChaosLoad(stack, { name: 'gone', count: sized(60, 1_000), doors: 'http' });
      await load.upTo(0.4);
      // What a provider has said and nobody has recorded would go with the bus: that is drained, and nothing more is said.
      await stack.behave({ webhook: { paused: true } });
      await drained(stack, 'signals');
      const waiting = await whileBacklog(stack, load, () => deleteJetStream(stack));
      await stack.behave({});
      const accepted = await load.rest();
      await until(() => logOf(stack, 'orchestrator').includes('streams made'), 'the streams to be made again');
      figures['jetstream deleted'] = await account({ stack, accepted, compare: full });
      expect(Math.min(waiting.outreach, waiting.dispatch)).toBeGreaterThan(0);
    },
    hangGuard,
  );

  it(
    'rolled back: requests and dispatches that come again change nothing, those that are gone are found again',
    async () => {
      const directory = mkdtempSync(join(tmpdir(), 'homing-jetstream-'));
      const load = new ChaosLoad(stack, { name: 'back', count: sized(80, 1_000), doors: 'http' });
      await stack.behave({ webhook: { paused: true } });
      await drained(stack, 'signals');
      await load.upTo(0.2);
      const held = await whileBacklog(stack, load, () => copyJetStream(stack, directory));
      const sent = (await stack.ledger()).length;
      await load.upTo(0.7);
      // What waited in the copy is sent: when it comes again, it comes again in vain.
      await until(
        async () => (await stack.ledger()).length >= sent + held.dispatch + held.outreach,
        'what waited to be sent',
      );
      await rollBackJetStream(stack, directory);
      await stack.behave({});
      const accepted = await load.rest();
      rmSync(directory, { recursive: true });
      figures['jetstream rolled back'] = await account({ stack, accepted, compare: full });
    },
    hangGuard,
  );
});

it(
  'the read database restored from an old copy: nothing is sent for the second time, and it catches up',
  async () => {
    const load = new ChaosLoad(stack, { name: 'read', count: sized(60, 1_000) });
    const backup = new ReadDatabaseBackup(stack);
    await load.upTo(0.3);
    const held = await backup.take();
    await load.upTo(0.8);
    await until(async () => (await backup.projected()) > held + load.shape.count / 4, 'more messages to be projected');
    const { lost, restored } = await backup.restore();
    expect(restored).toBeLessThan(lost);
    const accepted = await load.rest();
    figures['read database restored'] = await account({ stack, accepted });
  },
  hangGuard,
);

it(
  'webhooks told 46 times and out of order: every fact is recorded once, and the state is the same',
  async () => {
    const facts = await metric('homing_webhook_facts_total');
    await stack.behave({ webhook: { duplicates: 45, reorder: true, batchSize: 50, delayMs: [0, 300] } });
    const load = new ChaosLoad(stack, { name: 'hook', count: sized(40, 600) });
    const accepted = await load.rest();
    figures['webhooks 46 times'] = await account({ stack, accepted });
    const told = new Map([...accepted].map((id) => [id, 0]));
    const store = connectEventStore({ url: stack.env['EVENTSTORE_URL'] ?? '' });
    let outOfOrder = 0;
    try {
      for (const id of accepted) {
        const read = await store.readStream(outreachStream(id));
        const events =
          read.kind === 'missing' ? [] : read.events.map(({ type, data }) => ({ type, ...(data as object) }));
        const kept = events.map((event) => JSON.stringify(event, ['type', 'fact', 'providerEventId', 'attempt']));
        expect({ id, twice: kept.filter((event, n) => kept.indexOf(event) !== n) }).toEqual({ id, twice: [] });
        const order = events.flatMap((event) => ('fact' in event ? [String(event.fact)] : []));
        told.set(id, order.length);
        if (order.indexOf('delivered') > 0) outOfOrder += 1;
      }
    } finally {
      await store.dispose();
    }
    // It landed: everything was posted 46 times, and some facts came before those that happened before them.
    const recorded = [...told.values()].reduce((sum, each) => sum + each, 0);
    await until(async () => (await metric('homing_webhook_facts_total')) - facts >= 46 * recorded, 'every repetition');
    expect(outOfOrder).toBeGreaterThan(0);
    await stack.behave({});
    await whole(stack);
  },
  hangGuard,
);

/** The sum of a counter of webhook ingestion over its labels. */
async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${stack.env['WEBHOOK_URL']}/metrics`)).text();
  const values = text.split('\n').filter((line) => line.startsWith(name));
  return values.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
