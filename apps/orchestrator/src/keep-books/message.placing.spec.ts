import { beforeEach, describe, expect, it } from '@jest/globals';
import { channelKey, quotaStream, type BalanceEvent } from '@homing/contracts';
import { DEFAULT_POLICY, emptyBalance, evolveBalance, type BalanceState } from '@homing/domain';
import type { AppendRequest } from '@homing/event-store';
import { InMemoryEventStore } from '@homing/event-store/memory';
import {
  campaignKey,
  decisionOf,
  eventsOf,
  quotaOrchestrator,
  rejectAttempt,
  tenantId,
  type QuotaStage,
} from './quota.stage.fixture.js';

let store: InMemoryEventStore;
let clock: { now: string };
beforeEach(() => {
  store = new InMemoryEventStore();
  clock = { now: '2026-05-01T10:20:00.000Z' };
});

const orchestrator = (over: Omit<QuotaStage, 'store' | 'clock'> & { store?: QuotaStage['store'] }) =>
  quotaOrchestrator({ store, clock, ...over });
const email = (settings: object) => ({ tenant: { channels: { email: settings } } });
const quota = (day: string): string => quotaStream(channelKey(tenantId, 'email'), day);
const all = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
const sendTimes = async (count: number) =>
  Promise.all(all(count).map(async (n) => (await decisionOf(store, n)).sendAt));
async function balanceOf(stream: string): Promise<BalanceState> {
  const read = await store.readStream(stream);
  const events = read.kind === 'missing' ? [] : (read.events as unknown as BalanceEvent[]);
  return events.reduce(evolveBalance, emptyBalance);
}
const step = async (n: number, name = 'send_time') =>
  (await decisionOf(store, n)).steps.find((each) => each.step === name);

describe('a channel’s hour that is full', () => {
  it('puts off what does not fit to the next hour with room, and says so', async () => {
    const { decide } = orchestrator(email({ maxPerHour: 2 }));
    for (const n of all(5)) await decide(n);
    expect(await sendTimes(5)).toEqual([
      ...['2026-05-01T10:20:00.000Z', '2026-05-01T10:20:00.000Z'],
      ...['2026-05-01T11:00:00.000Z', '2026-05-01T11:00:00.000Z', '2026-05-01T12:00:00.000Z'],
    ]);
    expect(await step(5)).toEqual({
      ...{ step: 'send_time', outcome: 'passed', code: 'after_hour_quota' },
      facts: { at: '2026-05-01T12:00:00.000Z', wanted: '2026-05-01T10:20:00.000Z', limit: 2 },
    });
    expect((await decisionOf(store, 5)).booking?.ledgers).toContain(quota('2026-05-01'));
  });

  it('waits past quiet hours, and never past the deadline', async () => {
    clock.now = '2026-05-01T20:50:00.000Z';
    const quiet = { quietHours: { from: '21:00', to: '08:00' }, channels: { email: { maxPerHour: 1 } } };
    const request = { expiresAt: '2026-05-02T09:00:00.000Z' };
    const { decide } = orchestrator({ tenant: quiet, request });
    for (const n of all(3)) await decide(n);
    expect(await sendTimes(2)).toEqual(['2026-05-01T20:50:00.000Z', '2026-05-02T08:00:00.000Z']);
    const { refused } = await decisionOf(store, 3);
    expect(refused).toMatchObject({ step: 'send_time', reason: 'channel_hour_quota_full' });
    expect(refused?.steps.at(-1)?.facts).toMatchObject({ limit: 1, channel: 'email' });
    expect((await balanceOf(quota('2026-05-02'))).reserved).toBe(1);
  });

  it('is no matter where nobody configured it', async () => {
    await orchestrator({}).decide(...all(3));
    expect(new Set(await sendTimes(3))).toEqual(new Set([clock.now]));
    expect((await decisionOf(store, 1)).booking?.ledgers).toHaveLength(1);
  });
});

describe('a channel’s day that is full', () => {
  it('puts off to the tenant’s next day, whose hours its clock tells', async () => {
    const tenant = { timeZone: 'Europe/Berlin', channels: { email: { maxPerDay: 2 } } };
    const { decide } = orchestrator({ tenant });
    for (const n of all(3)) await decide(n);
    expect((await sendTimes(3))[2]).toBe('2026-05-01T22:00:00.000Z');
    expect(await step(3)).toMatchObject({ code: 'after_day_quota', facts: { limit: 2 } });
    expect((await balanceOf(quota('2026-05-02'))).hours).toEqual({ '2026-05-01T22:00:00.000Z': 1 });
  });
});

describe('a campaign’s daily limit', () => {
  it('refuses unless it says defer; then the next day with room is found', async () => {
    const campaign = { dailyLimit: 1, whenDailyLimitReached: 'defer' } as const;
    const { decide } = orchestrator({ campaign, tenant: { timeZone: 'Europe/Berlin' } });
    for (const n of all(3)) await decide(n);
    expect(await sendTimes(3)).toEqual([clock.now, '2026-05-01T22:00:00.000Z', '2026-05-02T22:00:00.000Z']);
    expect(await step(3)).toMatchObject({ code: 'after_daily_limit', facts: { limit: 1 } });
    expect((await decisionOf(store, 2)).booking?.ledgers).toContain(quotaStream(campaignKey, '2026-05-02'));
    const refusing = orchestrator({ campaign: { dailyLimit: 1 } });
    await refusing.decide(4);
    expect((await decisionOf(store, 4)).refused).toMatchObject({ step: 'daily_limit', reason: 'daily_limit_reached' });
  });

  it('and a channel’s quota hold together: what was taken on the way is given back', async () => {
    const campaign = { dailyLimit: 3, whenDailyLimitReached: 'defer' } as const;
    const { decide } = orchestrator({ campaign, ...email({ maxPerDay: 2 }) });
    for (const n of all(6)) await decide(n);
    const days = (await sendTimes(6)).map((at) => at?.slice(8, 10));
    expect(days).toEqual(['01', '01', '02', '02', '03', '03']);
    for (const day of ['2026-05-01', '2026-05-02', '2026-05-03']) {
      expect((await balanceOf(quotaStream(campaignKey, day))).reserved).toBe(2);
      expect((await balanceOf(quota(day))).reserved).toBe(2);
    }
  });
});

describe('a decision that is taken twice', () => {
  it('holds one place, however often its append failed', async () => {
    let down = true;
    const failing = (request: AppendRequest) =>
      down && request.stream.startsWith('outreach-') ? Promise.reject(new Error('down')) : store.append(request);
    const over = { append: failing, readStream: store.readStream.bind(store) } as QuotaStage['store'];
    const first = orchestrator({ ...email({ maxPerHour: 1 }), store: over });
    await first.decide(1);
    await first.decide(1);
    down = false;
    const second = orchestrator(email({ maxPerHour: 1 }));
    await second.decide(1);
    await second.decide(2);
    expect(await sendTimes(2)).toEqual([clock.now, '2026-05-01T11:00:00.000Z']);
    expect((await balanceOf(quota('2026-05-01'))).reserved).toBe(2);
  });

  it('takes a later place when its hour has passed meanwhile, and is fenced off first', async () => {
    let down = true;
    const failing = (request: AppendRequest) =>
      down && request.stream.startsWith('outreach-') ? Promise.reject(new Error('down')) : store.append(request);
    const over = { append: failing, readStream: store.readStream.bind(store) } as QuotaStage['store'];
    await orchestrator({ ...email({ maxPerHour: 1 }), store: over }).decide(1);
    down = false;
    clock.now = '2026-05-01T11:30:00.000Z';
    const stream = quota('2026-05-01');
    const [key = ''] = Object.keys((await balanceOf(stream)).open);
    const open = [{ stream, key, reservedAt: '2026-05-01T10:20:00.000Z' }];
    const { decide, reclaim } = orchestrator({ ...email({ maxPerHour: 1 }), open });
    await decide(1);
    expect((await eventsOf(store, 1)).map(({ type }) => type)[0]).toBe('OutreachAbandoned');
    expect((await decisionOf(store, 1)).sendAt).toBe(clock.now);
    await reclaim(1);
    expect((await balanceOf(stream)).hours).toEqual({ '2026-05-01T10:00:00.000Z': 0, '2026-05-01T11:00:00.000Z': 1 });
  });
});

describe('a retry', () => {
  it('waits as the channel says, takes its place along, and is put off where there is no room', async () => {
    const settings = { maxPerHour: 1, maxRetries: 1, retryBackoffHours: [1] };
    const { decide, follow } = orchestrator(email(settings));
    for (const n of all(2)) await decide(n);
    await rejectAttempt(store, 1, clock.now);
    await follow(1);
    const retry = (await eventsOf(store, 1)).find((event) => event.type === 'RetryScheduled')?.data;
    // An hour later is 11:20; the hour from 11:00 belongs to the second.
    expect(retry).toMatchObject({ at: '2026-05-01T12:00:00.000Z' });
    expect((await balanceOf(quota('2026-05-01'))).hours).toEqual({
      '2026-05-01T10:00:00.000Z': 0,
      '2026-05-01T11:00:00.000Z': 1,
      '2026-05-01T12:00:00.000Z': 1,
    });
    const again = await eventsOf(store, 1);
    await follow(1, 'again');
    expect(await eventsOf(store, 1)).toEqual(again);
  });

  it('is given up where no hour before its deadline has room', async () => {
    const request = { expiresAt: '2026-05-01T12:00:00.000Z' };
    const { decide, follow } = orchestrator({
      ...email({ maxPerHour: 1, maxRetries: 1, retryBackoffHours: [1] }),
      request,
    });
    for (const n of all(2)) await decide(n);
    await rejectAttempt(store, 1, clock.now);
    await follow(1);
    const failed = (await eventsOf(store, 1)).find((event) => event.type === 'DeliveryFailedPermanently')?.data;
    expect(failed).toMatchObject({ reason: 'retry_refused:channel_hour_quota_full' });
    expect((await balanceOf(quota('2026-05-01'))).reserved).toBe(1);
  });
});

describe('what a channel and a campaign say of a channel', () => {
  it('is kept: off, retries, and how many one person may get in 30 days', async () => {
    await orchestrator(email({ enabled: false })).decide(1);
    expect((await decisionOf(store, 1)).refused).toMatchObject({ reason: 'channel_not_enabled' });
    const said = { channels: { email: { maxRetries: 0 } } };
    await orchestrator({ campaign: said, ...email({ maxRetries: 5, retryBackoffHours: [1, 1, 1, 1, 1] }) }).decide(2);
    expect((await decisionOf(store, 2)).retry).toEqual({ maxRetries: 0, delaysSeconds: Array(5).fill(3_600) });
    await orchestrator(email({ maxPerPerson: 0 })).decide(3);
    expect((await decisionOf(store, 3)).refused).toMatchObject({
      ...{ step: 'frequency_cap', reason: 'cap_email_0_in_720_h' },
    });
  });

  it('is a budget of its own, beside the whole', async () => {
    const price = { micros: 10, currency: 'EUR' };
    const channels = { email: { ...DEFAULT_POLICY.channels.email, price } };
    const policy = { ...DEFAULT_POLICY, channels } as typeof DEFAULT_POLICY;
    const budget = { totalMicros: 1_000, channels: { email: { totalMicros: 25, perDayMicros: 15 } } };
    const { decide } = orchestrator({ policy, campaign: { budget } });
    for (const n of all(2)) await decide(n);
    expect((await decisionOf(store, 2)).refused).toMatchObject({
      step: 'budget',
      reason: 'channel_day_budget_exhausted',
    });
    clock.now = '2026-05-02T10:00:00.000Z';
    await decide(3);
    clock.now = '2026-05-03T10:00:00.000Z';
    await decide(4);
    const { refused } = await decisionOf(store, 4);
    expect(refused).toMatchObject({ step: 'budget', reason: 'channel_budget_exhausted' });
    expect(refused?.steps.at(-1)?.facts).toEqual({ limit: 25, left: 5, channel: 'email' });
    expect((await balanceOf(`budget-${campaignKey}`)).reserved).toBe(20);
  });
});
