import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { channelKey, quotaStream, type BalanceEvent } from '@homing/contracts';
import { emptyBalance, evolveBalance } from '@homing/domain';
import { connectEventStore, type EventStore } from '@homing/event-store';
import { type Child, startProgram } from '../../../../libs/service-kit/src/child-process.fixture.js';
import { decisionOf, quotaOrchestrator, tenantId } from './quota.stage.fixture.js';

// Real here: the shipped event store server as a process, the official client, and four orchestrators' books side by side.
let server: Child;
let store: EventStore;

beforeAll(async () => {
  server = startProgram('event-store-dev', { PORT: '0' });
  store = connectEventStore({ url: String((await server.line((line) => 'port' in line))['url']) });
});
afterAll(async () => {
  await store.dispose();
  server.process.kill('SIGTERM');
  await server.ended;
});

it('spreads a burst of 300 over three hours of 100 exactly, whichever of four processes decides', async () => {
  const clock = { now: '2026-05-01T10:00:00.000Z' };
  const tenant = { channels: { email: { maxPerHour: 100 } } };
  const processes = Array.from({ length: 4 }, () => quotaOrchestrator({ store, clock, tenant }));
  const ns = Array.from({ length: 300 }, (_, i) => i + 1);
  const results = await Promise.all(processes.map(({ decide }, at) => decide(...ns.filter((n) => n % 4 === at))));
  expect(results.flat().filter(({ status }) => status === 'rejected')).toEqual([]);
  const times = await Promise.all(ns.map(async (n) => (await decisionOf(store, n)).sendAt ?? 'refused'));
  const count = Object.fromEntries([...Map.groupBy(times, (at) => at)].map(([at, all]) => [at, all.length]));
  const three = ['2026-05-01T10:00:00.000Z', '2026-05-01T11:00:00.000Z', '2026-05-01T12:00:00.000Z'];
  expect(count).toEqual(Object.fromEntries(three.map((hour) => [hour, 100])));
  const read = await store.readStream(quotaStream(channelKey(tenantId, 'email'), '2026-05-01'));
  if (read.kind === 'missing') throw new Error('nothing was booked');
  let state = emptyBalance;
  for (const event of read.events) {
    state = evolveBalance(state, event as unknown as BalanceEvent);
    for (const held of Object.values(state.hours ?? {})) expect(held).toBeLessThanOrEqual(100);
  }
  expect(state).toMatchObject({ reserved: 300, perHour: 100 });
});
