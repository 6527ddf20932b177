import { describe, expect, it } from '@jest/globals';
import type { EngagementFilter, EngagementRow } from '@homing/read-model';
import { engagementOf } from './engagement.reader.js';

const [one, two] = ['0a6f2c8e-6c0e-4b43-9d0c-000000000001', '0a6f2c8e-6c0e-4b43-9d0c-000000000002'];
const row = (channel: EngagementRow['channel'], customerType: string | null, sent: number): EngagementRow => ({
  tenantId: one,
  channel,
  customerType,
  sent,
  engaged: 1,
});

function reader(rows: EngagementRow[]) {
  const asked: EngagementFilter[] = [];
  const world = { rows, down: false, at: Date.parse('2026-05-01T10:00:00.000Z') };
  const queries = {
    engagement: (filter: EngagementFilter) => {
      asked.push(filter);
      return world.down ? Promise.reject(new Error('away')) : Promise.resolve(world.rows);
    },
  };
  return { asked, world, read: engagementOf({ queries, now: () => new Date(world.at).toISOString() }) };
}
const minutes = (n: number): number => n * 60_000;

describe('what engaged people before', () => {
  it('is read for all tenants of a batch at once, by channel, and by customer type where that is known', async () => {
    const { read, asked } = reader([row('email', 'new', 10), row('email', null, 5), row('sms', 'existing', 3)]);
    const got = await read([{ tenantId: one, customerType: 'new' }, { tenantId: one }, { tenantId: two }]);
    const tenant = { email: { sent: 15, engaged: 2 }, sms: { sent: 3, engaged: 1 } };
    expect(got).toEqual([
      { tenant, customerType: { email: { sent: 10, engaged: 1 } } },
      { tenant, customerType: {} },
      { tenant: {}, customerType: {} },
    ]);
    expect(asked).toEqual([
      {
        tenantIds: [one, two],
        acceptedSince: '2026-01-31T10:00:00.000Z',
        sentBefore: '2026-04-30T10:00:00.000Z',
        limit: 5_000,
      },
    ]);
  });

  it('is kept for a minute, then read again beside the work', async () => {
    const { read, asked, world } = reader([row('email', null, 1)]);
    await read([{ tenantId: one }]);
    world.rows = [row('email', null, 2)];
    world.at += minutes(1) - 1;
    await read([{ tenantId: one }]);
    expect(asked).toHaveLength(1);
    world.at += 1;
    const [stale] = await read([{ tenantId: one }]);
    await read([{ tenantId: one }]);
    expect([stale?.tenant.email?.sent, asked.length]).toEqual([1, 2]);
    const [fresh] = await read([{ tenantId: one }]);
    expect(fresh?.tenant.email?.sent).toBe(2);
  });

  it('is used for a quarter of an hour while it cannot be read, and never made up', async () => {
    const { read, world } = reader([row('email', null, 1)]);
    await read([{ tenantId: one }]);
    world.down = true;
    world.at += minutes(15) - 1;
    expect((await read([{ tenantId: one }]))[0]?.tenant.email?.sent).toBe(1);
    world.at += 1;
    await expect(read([{ tenantId: one }])).rejects.toThrow('away');
    await expect(read([{ tenantId: two }])).rejects.toThrow('away');
    world.down = false;
    expect(await read([{ tenantId: one }])).toHaveLength(1);
  });
});
