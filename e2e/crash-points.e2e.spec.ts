// kill -9 at every named instruction, under load. Real: the shipped processes over TCP; each kills itself at the instruction,
// after an fsynced marker, and is started again by the launcher. Played: the provider; its ledger says what was sent.
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { outreachStream } from '@homing/contracts';
import { connectEventStore } from '@homing/event-store';
import { until, type LocalStack } from '@homing/testing/local-stack';
import {
  AFTER_ANOTHER,
  pointsInSource,
  startCrashingStack,
  WHEN_ASKED,
  WHEN_TOGETHER,
  WHILE_BATCHING,
  WHILE_HEARING,
  WHILE_SENDING,
} from './crash-points.fixture.js';
import type { CrashingStack } from './crash-points.fixture.js';
import { askForMessages } from './load.fixture.js';

const full = process.env['HOMING_TEST_SIZE'] === 'full';
const COUNT = 500;
const points = { ...WHILE_SENDING, ...WHILE_HEARING };
const services = [0, 1, 2, 3, 4, 5, 6];
/** Nothing can happen to these any more but what a provider still says. */
const ENDED = ['opened', 'clicked', 'delivered', 'bounced', 'complained', 'unsubscribed', 'failed', 'outcome_unknown'];

let crashing: CrashingStack | undefined;
afterEach(async () => {
  await crashing?.stop();
  crashing = undefined;
}, 900_000);

const restartsOf = (running: LocalStack): number =>
  Object.values(running.services()).reduce((sum, { restarts }) => sum + restarts, 0);
const allReady = async (running: LocalStack): Promise<boolean> =>
  (await Promise.all(services.map((port) => running.ready(port)))).every((status) => status === 200);

/** 500 messages while the given points kill; everything that must hold afterwards. */
async function killsUnderLoad(sending: Readonly<Record<string, number>>, hearing: Readonly<Record<string, number>>) {
  crashing = await startCrashingStack({ ...sending, ...hearing });
  const { fired, stack: running } = crashing;
  const haveFired = (wanted: object) => Object.keys(wanted).every((point) => fired().includes(point));
  await running.behave({ errorRates: { '400': 0.1 }, webhook: { paused: true, batchSize: 3 } });

  const mayGoOn = async (asked: number) => asked < 80 + 15 * fired().length || (await allReady(running));
  const { accepted } = await askForMessages({ stack: running, count: COUNT, mayGoOn });
  await until(() => haveFired(sending), `all of ${Object.keys(sending).join()} to kill`);

  // Before any provider has said a word: every attempt has its answer or is unknown.
  const waiting = ['queued', 'failed', 'outcome_unknown'];
  await allIn(running, accepted, waiting);
  const sent = new Set((await running.ledger()).map(({ deliveryId }) => deliveryId.slice(0, 36)));
  const unknownBefore = await unknown(running, accepted);
  const settleable = unknownBefore.filter((id) => sent.has(id));

  await running.behave({ errorRates: { '400': 0.1 }, webhook: { batchSize: 3, duplicates: 1 } });
  await until(() => haveFired(hearing), `all of ${Object.keys(hearing).join()} to kill`);
  await allIn(running, accepted, ENDED);
  // What was sent settles by webhook, however its attempt ended; what was not stays listed.
  const unsent = unknownBefore.filter((id) => !sent.has(id)).sort();
  await until(async () => (await unknown(running, accepted)).length === unsent.length, 'unknown outcomes to settle');
  expect((await unknown(running, accepted)).sort()).toEqual(unsent);

  await until(() => allReady(running), 'every service to be ready again');
  expect(restartsOf(running)).toBe(fired().length);
  expect(fired().sort()).toEqual(Object.keys({ ...sending, ...hearing }).sort());
  // What was under way in a killed process comes again half a minute later: it must change nothing.
  const bus = await running.bus('orchestrator');
  for (const stream of ['outreach', 'dispatch', 'signals'] as const)
    await until(async () => (await bus.backlog(stream)) === 0, `every message of ${stream} to be handled`);
  await exactlyOnce(running, accepted);
  return { unsent, settleable };
}

/** Waits until each of these is in one of the states; names those that never come there. */
async function allIn(running: LocalStack, ids: ReadonlySet<string>, allowed: readonly string[]): Promise<void> {
  let others: string[] = [];
  const look = async (): Promise<boolean> => {
    const states = await running.api.states();
    const away = [...ids].filter((id) => !allowed.includes(states.get(id) ?? 'lost'));
    others = away.map((id) => `${id} ${states.get(id) ?? 'lost'}`);
    return others.length === 0;
  };
  await until(look, () => `${others.length} to be ${allowed.join(' or ')}: ${others.slice(0, 10).join(', ')}`, 300_000);
}

/** Listed as unknown, and shown so. */
async function unknown(running: LocalStack, accepted: ReadonlySet<string>): Promise<string[]> {
  const listed = await running.api.unknownOutcomes();
  const states = await running.api.states();
  const shown = [...accepted].filter((id) => states.get(id) === 'outcome_unknown');
  return listed.filter((id) => shown.includes(id));
}

async function exactlyOnce(running: LocalStack, accepted: ReadonlySet<string>): Promise<void> {
  expect(accepted.size).toBe(COUNT);
  const states = await running.api.states();
  const ledger = await running.ledger();
  const sends = Map.groupBy(ledger, ({ deliveryId }) => deliveryId.slice(0, 36));
  // Nothing twice, to nobody who was not asked for; every message reached its own address once.
  expect([...sends.values()].filter((lines) => lines.length > 1)).toEqual([]);
  expect([...sends.keys()].filter((id) => !accepted.has(id))).toEqual([]);
  expect(new Set(ledger.map(({ to }) => to)).size).toBe(ledger.length);
  // Nothing lost: whatever was accepted is in the ledger, surely rejected, or stands there as unknown.
  for (const id of accepted) {
    const unsent = ['failed', 'outcome_unknown'].includes(states.get(id) ?? 'lost');
    if (!sends.has(id)) expect({ id, state: states.get(id), unsent }).toMatchObject({ unsent: true });
    else if (unsent) expect({ id, state: states.get(id), lines: sends.get(id) }).toMatchObject({ state: 'failed' });
  }
  // What happened is recorded once, though every event was posted twice and consumers were killed over it.
  const store = connectEventStore({ url: running.env['EVENTSTORE_URL'] ?? '' });
  for (const id of accepted) {
    const read = await store.readStream(outreachStream(id));
    const events = read.kind === 'missing' ? [] : read.events.map(({ type, data }) => ({ type, ...(data as object) }));
    const kept = events.map((event) => JSON.stringify(event, ['type', 'fact', 'providerEventId', 'attempt']));
    expect({ id, twice: kept.filter((event, n) => kept.indexOf(event) !== n) }).toEqual({ id, twice: [] });
  }
  await store.dispose();
  const reader = await running.bus('orchestrator');
  expect((await reader.stored('deadLetters')).map(({ headers }) => headers)).toEqual([]);
}

describe('kill -9 at every named point', () => {
  it('the list names every point of the source', () => {
    const inSource = pointsInSource(fileURLToPath(new URL('..', import.meta.url)));
    expect(Object.keys({ ...points, ...WHEN_ASKED, ...WHEN_TOGETHER, ...WHILE_BATCHING }).sort()).toEqual(inSource);
  });

  it(`loses nothing and sends nothing twice: ${Object.keys(points).length} kills in one run of ${COUNT}`, async () => {
    const { unsent, settleable } = await killsUnderLoad(WHILE_SENDING, WHILE_HEARING);
    // Killed with a claim and before the call, and with the answer in memory only: both kinds were there.
    expect(unsent.length).toBeGreaterThan(0);
    expect(settleable.length).toBeGreaterThan(0);
  }, 900_000);

  if (full) {
    it.each(Object.keys(points))(
      'loses nothing and sends nothing twice: %s alone',
      async (point) => {
        const only = (of: Readonly<Record<string, number>>) =>
          Object.fromEntries(Object.entries(of).filter(([name]) => name === point || name === AFTER_ANOTHER[point]));
        await killsUnderLoad(only(WHILE_SENDING), only(WHILE_HEARING));
      },
      300_000,
    );
  }
});
