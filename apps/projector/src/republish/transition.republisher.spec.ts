import { describe, expect, it } from '@jest/globals';
import type { TransitionRow } from '@homing/read-model';
import { FakeBus } from '../projector.fixture.js';
import { republish, REPUBLISHED_HEADER, type Republication } from './transition.republisher.js';

const tenants = ['1b2f3a54-7c1d-5e6f-8a9b-0c1d2e3f4a5b', '2b2f3a54-7c1d-5e6f-8a9b-0c1d2e3f4a5b'] as const;
/** Twelve events of three outreach, at positions 10, 20 .. 120. */
const rows: TransitionRow[] = Array.from({ length: 12 }, (_, n) => ({
  ...{ position: BigInt(n + 1) * 10n, revision: BigInt(Math.floor(n / 3)), outreachId: `o-${n % 3}` },
  ...{ tenantId: tenants[n % 2 === 0 ? 0 : 1], campaignKey: null, eventId: `e-${n}`, eventType: 'OutreachRequested' },
  transition: n < 3 ? 'requested' : 'sent',
  ...{ deliveryId: null, leg: null, channel: null, attempt: null, reason: null },
  occurredAt: '2026-01-05T09:00:00.000Z',
  recordedAt: `2026-01-05T09:00:${String(n).padStart(2, '0')}.000Z`,
}));
const limits: number[] = [];
const queries: Republication['queries'] = {
  eventsAfter: ({ afterPosition, limit }) => {
    limits.push(limit);
    return Promise.resolve(rows.filter((row) => row.position > afterPosition).slice(0, limit));
  },
};
const parts = (bus: FakeBus, more: Partial<Republication> = {}): Republication => ({
  ...{ queries, publisher: bus.publisher, from: 0n, to: 1_000n, run: 'run-1', signal: new AbortController().signal },
  ...more,
});
const keys = (bus: FakeBus) => bus.stored.map(({ key }) => key);

describe('republish', () => {
  it('publishes each event of the range once, both ends included, under ids of its own run', async () => {
    const bus = new FakeBus();
    const report = await republish(parts(bus, { from: 30n, to: 60n }));
    expect(keys(bus).toSorted()).toEqual(['30', '40', '50', '60'].map((position) => `again:run-1:${position}`));
    expect(report).toEqual({
      events: 4,
      transitions: { requested: 1, sent: 3 },
      first: { position: 30n, recordedAt: rows[2]!.recordedAt },
      last: { position: 60n, recordedAt: rows[5]!.recordedAt },
    });
  });

  it('names its run in a header, and leaves the event what it was', async () => {
    const sent: Parameters<FakeBus['publisher']['publishMany']>[0][number][] = [];
    const bus = new FakeBus();
    const publishMany: FakeBus['publisher']['publishMany'] = (messages) => {
      sent.push(...messages);
      return bus.publisher.publishMany(messages);
    };
    await republish(parts(bus, { to: 10n, publisher: { publishMany } }));
    expect(sent).toMatchObject([{ headers: { [REPUBLISHED_HEADER]: 'run-1' }, event: { id: 'e-0' } }]);
  });

  it('keeps the order of each outreach', async () => {
    const bus = new FakeBus();
    await republish(parts(bus));
    for (const outreach of ['o-0', 'o-1', 'o-2']) {
      const mine = rows.filter((row) => row.outreachId === outreach).map((row) => `again:run-1:${row.position}`);
      expect(keys(bus).filter((key) => mine.includes(key))).toEqual(mine);
    }
  });

  it('tries again what the bus does not take, and tells', async () => {
    const bus = new FakeBus();
    const troubles: unknown[] = [];
    let refusals = 2;
    bus.refuse = () => {
      if ((refusals -= 1) >= 0) throw new Error('no ack');
    };
    await republish(parts(bus, { onTrouble: (error) => troubles.push(error) }));
    expect(keys(bus)).toHaveLength(12);
    expect(troubles.length).toBeGreaterThan(0);
  });

  it('given up, says up to where it came; begun again there under the same run, all are published once', async () => {
    const bus = new FakeBus();
    const stop = new AbortController();
    const first = republish(parts(bus, { perSecond: 5, signal: stop.signal, onPace: () => stop.abort() }));
    await expect(first).rejects.toMatchObject({ code: 'ABORTED', position: 50n });
    await republish(parts(bus, { from: 51n }));
    expect(keys(bus).toSorted()).toEqual(rows.map((row) => `again:run-1:${row.position}`).toSorted());
  });

  it('while the bus is away can be given up', async () => {
    const stop = new AbortController();
    const away = republish(parts(new FakeBus('away'), { signal: stop.signal, onTrouble: () => stop.abort() }));
    await expect(away).rejects.toMatchObject({ code: 'ABORTED', position: -1n });
  });

  it('of one tenant publishes nothing of another', async () => {
    const bus = new FakeBus();
    const report = await republish(parts(bus, { tenantId: tenants[1] }));
    expect(report.events).toBe(6);
    expect(keys(bus)).toEqual(expect.arrayContaining(['again:run-1:20', 'again:run-1:120']));
    expect(keys(bus)).not.toContain('again:run-1:10');
  });

  it('without a bus counts and publishes nothing', async () => {
    const { publisher: _, ...counting } = parts(new FakeBus());
    expect(await republish(counting)).toMatchObject({ events: 12, transitions: { requested: 3, sent: 9 } });
  });

  it('of an empty range does nothing', async () => {
    const bus = new FakeBus();
    expect(await republish(parts(bus, { from: 500n }))).toMatchObject({ events: 0, first: undefined });
    expect(await republish(parts(bus, { from: 40n, to: 30n }))).toMatchObject({ events: 0 });
    expect(bus.tried).toEqual([]);
  });
});
