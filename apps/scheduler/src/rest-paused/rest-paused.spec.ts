import { describe, expect, it } from '@jest/globals';
import { COMMIT_GRACE_MS } from '@homing/domain';
import type { Resting, TimetableRow, WakeCampaigns } from '@homing/read-model';
import type { CampaignStanding } from '@homing/vault/gate';
import { dueExceptPaused, REST_MS, type RestParts } from './paused.entries.js';
import { resumedRound } from './resumed.round.js';
import { ResumedWatch } from './resumed.watch.js';

const tenantId = '0a6f2c8e-6c0e-4b43-9d0c-000000000001';
const NOW = new Date('2026-05-01T10:00:00.000Z');
const later = (ms: number): string => new Date(NOW.getTime() + ms).toISOString();

const entry = (name: string, kind: TimetableRow['kind'] = 'dispatch'): TimetableRow => ({
  deliveryId: `${name}.1`,
  kind,
  outreachId: name,
  tenantId,
  leg: 1,
  channel: 'email',
  attempt: 1,
  urgency: 'normal',
  urgencyRank: 2,
  dueAt: later(-1_000),
  wakeAt: later(-1_000),
  wakes: 0,
  lastWakeAt: null,
});

/** `name@campaign`: an outreach of that campaign; without `@` of none. */
function stage(names: readonly string[], paused: readonly string[], expiresAt = later(86_400_000)) {
  let rows = names.map((name) => entry(name));
  const put: Resting[] = [];
  const asked: string[][] = [];
  const parts: RestParts = {
    now: () => NOW,
    readModel: {
      dueEntries: async ({ limit }) => rows.slice(0, limit),
      campaignMembers: async (ids) =>
        ids
          .filter((id) => id.includes('@'))
          .map((outreachId) => ({ outreachId, tenantId, campaignKey: outreachId.split('@')[1] ?? '', expiresAt })),
      restEntries: async (resting) => {
        put.push(...resting);
        const ids = new Set(resting.map((each) => each.entry.deliveryId));
        rows = rows.filter((row) => !ids.has(row.deliveryId));
      },
    },
    gate: {
      restingCampaigns: async (refs) => {
        asked.push(refs.map((ref) => ref.campaignKey));
        const standing = { tenantId, changedAt: later(-60_000) };
        return [
          ...paused.map((campaignKey): CampaignStanding => ({ ...standing, campaignKey, status: 'paused' })),
          { ...standing, campaignKey: 'ended', status: 'stopped' },
        ];
      },
    },
  };
  const due = async (limit = 10) =>
    (await dueExceptPaused(parts, { now: NOW.toISOString(), limit })).map((row) => row.outreachId);
  return { parts, due, put, asked };
}

describe('what is due', () => {
  it('leaves the starts of paused campaigns out and puts them to rest', async () => {
    const { due, put, asked } = stage(['a@spring', 'b', 'c@autumn', 'd@spring', 'e@ended'], ['spring']);
    expect(await due()).toEqual(['b', 'c@autumn', 'e@ended']);
    expect(put.map(({ entry: { deliveryId }, until }) => [deliveryId, until])).toEqual([
      ['a@spring.1', later(REST_MS)],
      ['d@spring.1', later(REST_MS)],
    ]);
    expect(asked).toEqual([['spring', 'autumn', 'ended']]);
  });

  it('is what it was where nothing rests', async () => {
    const { due, put } = stage(['a@spring', 'b'], []);
    expect(await due()).toEqual(['a@spring', 'b']);
    expect(put).toEqual([]);
  });

  it('lets nobody wait behind a paused campaign', async () => {
    const many = Array.from({ length: 25 }, (_, i) => `p${i}@spring`);
    const { due, put } = stage([...many, 'b'], ['spring']);
    expect(await due()).toEqual(['b']);
    expect(put).toHaveLength(25);
  });

  it('has no starts while the vault is away: nobody could send them', async () => {
    const { parts, due, put } = stage(['a@spring', 'b'], ['spring']);
    parts.gate.restingCampaigns = () => Promise.reject(new Error('database away'));
    expect(await due()).toEqual([]);
    expect(put).toEqual([]);
  });

  it('rests no longer than to its deadline, and past that no more: it is to expire', async () => {
    const soon = stage(['a@spring'], ['spring'], later(5_000));
    expect(await soon.due()).toEqual([]);
    expect(soon.put[0]?.until).toBe(later(5_000));
    const passed = stage(['a@spring'], ['spring'], later(0));
    expect(await passed.due()).toEqual(['a@spring']);
  });
});

describe('a campaign that was resumed or stopped', () => {
  const standing = (status: CampaignStanding['status'], changedAt = later(-100)): CampaignStanding => ({
    tenantId,
    campaignKey: 'spring',
    status,
    changedAt,
  });
  function watching() {
    const world = { recent: [] as CampaignStanding[], failures: 0 };
    const looks: number[] = [];
    const woken: [string, string][] = [];
    const watch = new ResumedWatch({
      now: () => NOW,
      gate: { statusesSetWithin: async (ms) => (looks.push(ms), world.recent) },
      readModel: {
        wakeCampaigns: async ({ campaigns, dueUntil }: WakeCampaigns) => {
          if (campaigns.length > 0 && world.failures-- > 0) throw new Error('database away');
          woken.push(...campaigns.map(({ campaignKey }): [string, string] => [campaignKey, dueUntil]));
          return campaigns.length;
        },
      },
    });
    return { world, looks, woken, look: () => watch.look() };
  }

  it('has what is due woken once, what was just committed included', async () => {
    const { world, woken, look } = watching();
    world.recent = [standing('active')];
    expect([await look(), await look()]).toEqual([1, 0]);
    expect(woken).toEqual([['spring', later(COMMIT_GRACE_MS)]]);
  });

  it('has everything it planned woken when it was stopped', async () => {
    const { world, woken, look } = watching();
    world.recent = [standing('stopped')];
    await look();
    expect(woken).toEqual([['spring', '9999-12-31T23:59:59.999Z']]);
  });

  it('is woken again after each pause, and not while it lasts', async () => {
    const { world, woken, look } = watching();
    for (const [status, at] of [
      ['active', -300],
      ['paused', -200],
      ['active', -100],
    ] as const) {
      world.recent = [standing(status, later(at))];
      await look();
    }
    expect(woken).toHaveLength(2);
  });

  it('is looked at again when waking failed', async () => {
    const { world, woken, look } = watching();
    world.recent = [standing('active')];
    world.failures = 1;
    await expect(look()).rejects.toThrow('database away');
    await look();
    expect(woken).toHaveLength(1);
  });

  it('has what was woken dispatched at once, in the same round, and otherwise leaves the clock alone', async () => {
    const told: unknown[] = [];
    const found = [0, 3, 0];
    const round = resumedRound({
      resumed: { look: async () => found.shift() ?? 0 },
      wake: async () => void told.push('wake'),
      onWoken: (woken) => void told.push(woken),
    });
    for (let n = 0; n < 3; n += 1) expect(await round()).toBe(false);
    expect(told).toEqual([3, 'wake']);
  });

  it('before this term began is seen as far back as anything rests', async () => {
    const { looks, look } = watching();
    await look();
    await look();
    expect(looks[0]).toBeGreaterThan(REST_MS);
    expect(looks[1]).toBeLessThan(60_000);
  });
});
