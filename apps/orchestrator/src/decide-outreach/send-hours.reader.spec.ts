import { describe, expect, it } from '@jest/globals';
import { learnedHours } from '@homing/domain';
import type { EngagementFilter, SendHourCount } from '@homing/read-model';
import { sendHoursOf } from './send-hours.reader.js';

const [one, two] = ['0a6f2c8e-6c0e-4b43-9d0c-000000000001', '0a6f2c8e-6c0e-4b43-9d0c-000000000002'];
const row = (hourOfWeek: number, sent: number, engaged: number) => ({
  ...{ tenantId: one, channel: 'email' as const, customerType: 'new', hourOfWeek, sent, delivered: sent, engaged },
});

function reader(rows: (SendHourCount & { hourOfWeek: number })[]) {
  const asked: EngagementFilter[] = [];
  const world = { down: false, at: Date.parse('2026-05-01T10:00:00.000Z') };
  const queries = {
    sendHours: (filter: EngagementFilter) => {
      asked.push(filter);
      return world.down ? Promise.reject(new Error('away')) : Promise.resolve(rows);
    },
  };
  return { asked, world, read: sendHoursOf({ queries, now: () => new Date(world.at).toISOString() }) };
}
const minutes = (n: number): number => n * 60_000;

describe('the hours that engaged people before', () => {
  it('are read for all tenants of a batch at once; who sent nothing has learned nothing', async () => {
    const { read, asked } = reader([row(9, 100, 10), row(18, 100, 60)]);
    const got = await read([one, two, one]);
    expect(asked).toEqual([
      {
        ...{ tenantIds: [one, two], limit: 10_000 },
        ...{ acceptedSince: '2026-01-31T10:00:00.000Z', sentBefore: '2026-04-30T10:00:00.000Z' },
      },
    ]);
    const history = got.get(one);
    const lifts = history ? learnedHours(history, { channel: 'email', customerType: 'new' }).lifts : [];
    expect(lifts.indexOf(Math.max(...lifts))).toBe(18);
    expect(got.get(two)?.sent).toBe(0);
  });

  it('are used for a quarter of an hour while they cannot be read, and never made up', async () => {
    const { read, asked, world } = reader([row(9, 1, 1)]);
    await read([one]);
    world.at += minutes(5) - 1;
    await read([one]);
    expect(asked).toHaveLength(1);
    world.down = true;
    world.at += minutes(10);
    expect((await read([one])).get(one)?.sent).toBe(1);
    world.at += 1;
    await expect(read([one])).rejects.toThrow('away');
  });
});
