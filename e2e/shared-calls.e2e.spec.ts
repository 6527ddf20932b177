// Calls that many emails share, and kill -9 before and after such a call. Real: the shipped processes over TCP; the gateway kills
// itself and is started again by the launcher. Played: the provider; its ledger says what was sent.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { until, type LocalStack } from '@homing/testing/local-stack';
import { startCrashingStack, WHEN_TOGETHER, type CrashingStack } from './crash-points.fixture.js';
import { emailRequest, someone } from './requests.fixture.js';

const WAVE = 40;

let crashing: CrashingStack;
let stack: LocalStack;
beforeAll(async () => {
  crashing = await startCrashingStack(WHEN_TOGETHER, { SENDGRID_MAX_BATCH: '50' });
  stack = crashing.stack;
  await stack.behave({ webhook: { paused: true } });
}, 600_000);
afterAll(() => crashing.stop(), 900_000);

/** Decided and waiting for the gateway, which is then let go: so that they are ready at about the same time. Outreach ids by address. */
async function wave(addresses: readonly string[]): Promise<Map<string, string>> {
  const bus = await stack.bus('orchestrator');
  const publisher = await stack.bus();
  await until(async () => (await bus.backlog('dispatch')) === 0, 'earlier dispatches to be handled', 120_000);
  const gateway = stack.pid('channel-gateway');
  process.kill(gateway, 'SIGSTOP');
  const ids = new Map<string, string>();
  for (const address of addresses) {
    const id = randomUUID();
    const request = emailRequest(address, { content: { literal: { email: { subject: address, text: address } } } });
    await publisher.request({ id, source: 'wave', data: { ...request, tenantId: stack.tenantId } });
    ids.set(address, stack.outreachId('wave', id));
  }
  await until(async () => (await bus.backlog('dispatch')) >= addresses.length, 'all of the wave to be dispatched');
  process.kill(gateway, 'SIGCONT');
  return ids;
}

const people = (count: number): string[] => Array.from({ length: count }, () => someone());
const inState = async (ids: Iterable<string>, states: readonly string[]): Promise<string[]> => {
  const now = await stack.api.states();
  return [...ids].filter((id) => states.includes(now.get(id) ?? 'lost'));
};

it('sends nothing twice and accounts for everyone, killed before a shared call and after it, with one refused among them', async () => {
  const before = await wave(people(WAVE));
  await until(() => crashing.fired().includes('gateway.before-shared-call'), 'the kill before the call', 60_000);
  await stack.recovered('channel-gateway', 1);
  const after = await wave(people(WAVE));
  await until(() => crashing.fired().includes('gateway.after-shared-call'), 'the kill after the call', 60_000);
  await stack.recovered('channel-gateway', 2);
  const refused = someone('refused');
  const last = await wave([...people(WAVE - 1), refused]);

  const all = [...before, ...after, ...last].map(([, id]) => id);
  await until(
    async () => (await inState(all, ['queued', 'failed', 'outcome_unknown'])).length === all.length,
    'every attempt to have its answer, or to be unknown',
    180_000,
  );
  const ledger = await stack.ledger();
  const sent = ledger.map(({ deliveryId }) => deliveryId.slice(0, 36));
  expect(new Set(sent).size).toBe(sent.length);
  expect(new Set(ledger.map(({ to }) => to)).size).toBe(ledger.length);
  // Emails did share calls: all of one call have its id.
  const calls = Map.groupBy(ledger, ({ messageId }) => String(messageId));
  expect(calls.size).toBeLessThan(ledger.length);

  const unknown = await inState(all, ['outcome_unknown']);
  const lost = unknown.filter((id) => !sent.includes(id));
  const settles = unknown.filter((id) => sent.includes(id));
  // Both kills found a claimed company: one that nobody was called for, and one that the provider has.
  expect(lost.length).toBeGreaterThan(1);
  expect(settles.length).toBeGreaterThan(1);
  expect(await inState(all, ['failed'])).toEqual([last.get(refused)]);
  expect(sent).not.toContain(last.get(refused));
  for (const id of all.filter((each) => !unknown.includes(each) && each !== last.get(refused)))
    expect({ id, sent: sent.includes(id) }).toEqual({ id, sent: true });

  await stack.behave({});
  await until(
    async () => (await inState(all, ['delivered'])).length === sent.length,
    'what was sent to be told of, whatever became of its gateway',
    60_000,
  );
  expect((await inState(all, ['outcome_unknown'])).toSorted()).toEqual(lost.toSorted());
  expect((await stack.ledger()).length).toBe(ledger.length);
}, 600_000);
