import { describe, expect, it } from '@jest/globals';
import {
  outreachStream,
  type CampaignSettings,
  type OutreachEvent,
  type OutreachRequested,
  type TenantSettings,
} from '@homing/contracts';
import { claimAttempt, decisionAnswer, DEFAULT_POLICY, hourHistory } from '@homing/domain';
import { createLedgers } from '@homing/event-store/ledger';
import { InMemoryEventStore } from '@homing/event-store/memory';
import { readOutreach } from '@homing/event-store/outreach';
import { TZDATA } from '@homing/intake/rules';
import { deliveryId, outreachId, request as story } from '@homing/testing/outreach-story';
import { decideBatch, type DecideParts } from '../decide-outreach/decide.batch.js';
import { followOutreach, type FollowParts } from '../follow-outreach/outreach.follower.js';
import { gatherRules, PRODUCT_RULES } from './policy.gatherer.js';

const { tenantId } = story;
const campaignKey = 'c1f2c8e0-6c0e-4b43-9d0c-000000000003';
const night = { from: '21:00', to: '08:00' };

interface Said {
  readonly tenant?: TenantSettings;
  readonly campaign?: CampaignSettings;
  readonly request?: Partial<OutreachRequested>;
  readonly preferredHours?: readonly number[];
  readonly hours?: DecideParts['hoursOf'];
}

/** One orchestrator under these settings; `clock.now` is its time. */
function stage({ tenant = {}, campaign, request: over = {}, preferredHours, hours }: Said) {
  const store = new InMemoryEventStore();
  const clock = { now: '2026-05-01T10:00:00.000Z' };
  const now = (): string => clock.now;
  const request = { ...story, ...(campaign ? { campaignKey } : {}), acceptedAt: clock.now, ...over };
  const { personId, contacts, acceptedAt, ...requested } = request;
  const inputs = { optedOut: [], contentChannels: ['email'], ...(preferredHours ? { preferredHours } : {}) };
  const record = {
    ...{ outreachId, tenantId, personId, contacts, acceptedAt, decisionInput: { requested, inputs } },
    ...{ expiresAt: null, source: 'bus', erased: false, fed: false },
  };
  const kept = { id: campaignKey, tenantId, campaignId: 'c', status: 'active', currency: 'EUR', settingsVersion: 1 };
  const registry = {
    findTenants: async (ids: readonly string[]) => ids.map(() => ({ settings: tenant, settingsVersion: 1 })),
    findCampaignsById: async (refs: readonly unknown[]) => refs.map(() => ({ ...kept, settings: campaign })),
  } as never;
  const common = {
    ...{ store, instance: 'spec', now, policy: DEFAULT_POLICY },
    books: createLedgers({ store, instance: 'spec', now }),
  };
  const deciding: DecideParts = {
    ...common,
    vault: { loadAccepted: async () => [record], markFed: async () => undefined },
    suppressed: async () => new Set(),
    rulesOf: (requests) => gatherRules(registry, DEFAULT_POLICY, requests),
    ...(hours ? { hoursOf: hours } : {}),
  };
  const following: FollowParts = {
    ...common,
    suppressed: async () => new Set(),
    openReservations: async () => [],
    rulesOf: async (of) => (await gatherRules(registry, DEFAULT_POLICY, [of]))[0] ?? PRODUCT_RULES,
  };
  const events = async (): Promise<OutreachEvent[]> => {
    const read = await store.readStream(outreachStream(outreachId));
    return read.kind === 'missing' ? [] : (read.events as unknown as OutreachEvent[]);
  };
  return {
    ...{ store, clock, events },
    decide: async () => {
      await decideBatch(deciding, [{ outreachId, causationId: 'c', fresh: true }]);
      const all = await events();
      const decided = all.find((event) => event.type === 'OutreachDecided')?.data;
      const refused = all.find((event) => event.type === 'OutreachRefused')?.data;
      const step = (decided?.explanation.steps ?? refused?.steps)?.find(({ step: name }) => name === 'send_time');
      return { leg: decided?.legs[0], step, refused, answer: decisionAnswer(outreachId, all) };
    },
    follow: () => followOutreach(following, { outreachId, tenantId, causationId: 'follow' }),
    rejected: async () => {
      const of = { deliveryId, leg: 1, channel: 'email' as const, attempt: 1, provider: 'sendgrid' };
      const metadata = {
        ...{ tenantId, correlationId: 'c', causationId: 'c' },
        ...{ recordedAt: now(), recordedBy: 's', schemaVersion: 1 },
      };
      const { revision } = await readOutreach(store, outreachId);
      await store.append({
        ...{ stream: outreachStream(outreachId), expectedRevision: revision, commandId: 'tried', metadata },
        events: [
          {
            type: 'AttemptStarted',
            data: { ...of, claimId: 'c', claimedBy: 'g', startedAt: now(), leaseUntil: now() },
          },
          { type: 'AttemptRejected', data: { ...of, class: 'retryable', code: 'http_503', rejectedAt: now() } },
        ],
      });
    },
  };
}

describe('a decision in somebody’s night', () => {
  it('waits for the recipient’s morning, in the campaign’s day of that instant, and says so', async () => {
    const campaign = { dailyLimit: 1, timeZone: 'Pacific/Auckland' };
    const { decide } = stage({ tenant: { quietHours: night }, campaign, request: { timeZone: 'America/New_York' } });
    const { leg, step, answer } = await decide();
    const at = '2026-05-01T12:00:00.000Z';
    expect(leg).toMatchObject({ sendAt: at, booking: { until: '2026-05-01T12:05:00.000Z' } });
    // 10:00Z is still 1 May in Auckland.
    expect(leg?.booking?.ledgers).toContain(`quota-${campaignKey}.2026-05-02`);
    expect(step).toEqual({
      ...{ step: 'send_time', outcome: 'passed', code: 'after_quiet_hours' },
      facts: { at, local: '2026-05-01 08:00', zone: 'America/New_York', zoneOf: 'recipient', tzdata: TZDATA },
    });
    expect(answer.explanation).toContain('on 2026-05-01 at 08:00 (America/New_York), when the quiet hours are over');
  });

  it('goes out at an hour the person prefers, else at a good one, where the policy asks for it', async () => {
    const tenant = { quietHours: night, sendTime: 'best_practice', timeZone: 'Asia/Kolkata' } as const;
    const preferred = await stage({ tenant, preferredHours: [18, 3] }).decide();
    expect([preferred.leg?.sendAt, preferred.step?.code]).toEqual(['2026-05-01T12:30:00.000Z', 'preferred_hour']);
    const best = await stage({ tenant }).decide();
    expect([best.leg?.sendAt, best.step?.code]).toEqual(['2026-05-02T03:30:00.000Z', 'best_practice']);
  });

  it.each<[string, Said, string]>([
    ['the recipient’s', { request: { timeZone: 'Europe/Berlin' } }, 'Europe/Berlin recipient'],
    ['the campaign’s', { campaign: { timeZone: 'Asia/Tokyo' } }, 'Asia/Tokyo campaign'],
    ['the tenant’s', { campaign: {} }, 'Asia/Kolkata tenant'],
    ['the next where nobody knows it', { request: { timeZone: 'Mars/Olympus' } }, 'Asia/Kolkata tenant'],
  ])('goes by %s zone', async (_what, said, zone) => {
    const { step } = await stage({ tenant: { quietHours: night, timeZone: 'Asia/Kolkata' }, ...said }).decide();
    expect(`${String(step?.facts?.['zone'])} ${String(step?.facts?.['zoneOf'])}`).toBe(zone);
  });

  it('is not waited for by what is critical', async () => {
    const over = { timeZone: 'America/New_York', urgency: 'critical' } as const;
    const { leg, step } = await stage({ tenant: { quietHours: night }, request: over }).decide();
    expect(leg?.sendAt).toBe('2026-05-01T10:00:00.000Z');
    expect(step).toMatchObject({ code: 'now', facts: { urgency: 'critical' } });
  });

  it('refuses what would come too late, naming the step', async () => {
    const over = { timeZone: 'America/New_York', expiresAt: '2026-05-01T11:59:00.000Z' };
    const { refused, step } = await stage({ tenant: { quietHours: night }, request: over }).decide();
    expect(refused).toMatchObject({ step: 'send_time', reason: 'no_time_before_deadline' });
    expect(step).toMatchObject({ outcome: 'refused', facts: { zone: 'America/New_York' } });
  });

  it('changes nothing where nothing is set', async () => {
    const { leg, step } = await stage({ tenant: {}, preferredHours: [18] }).decide();
    expect(leg).toMatchObject({ sendAt: '2026-05-01T10:00:00.000Z', booking: { until: '2026-05-01T10:05:00.000Z' } });
    expect(step).toEqual({ step: 'send_time', outcome: 'passed', code: 'now' });
  });
});

describe('a decision by what was learned', () => {
  const tenant = { sendTime: 'learned', timeZone: 'Europe/Berlin' } as const;
  const of = { channel: 'email', customerType: null } as const;
  const evenings = hourHistory([
    { ...of, hourOfWeek: 4 * 24 + 19, sent: 200, engaged: 150 },
    { ...of, hourOfWeek: 4 * 24 + 9, sent: 200, engaged: 20 },
  ]);

  it('goes out at the hour that engaged best, and keeps what it went by', async () => {
    const asked: (readonly string[])[] = [];
    const hours = async (ids: readonly string[]) => (asked.push(ids), new Map([[tenantId, evenings]]));
    const { decide, events } = stage({ tenant, hours });
    const { leg, step, answer } = await decide();
    expect(asked).toEqual([[tenantId]]);
    expect(leg?.sendAt.slice(0, 14)).toBe('2026-05-01T17:');
    expect(step).toMatchObject({ code: 'learned_hour', facts: { hour: 'fri 19', sent: 200, engaged: 150 } });
    expect(answer.explanation).toContain('when messages like this engaged best');
    const inputs = (await events()).find((event) => event.type === 'OutreachDecided')?.data.inputs;
    expect(inputs?.w).toBe(4 * 24 + 19);
  });

  it('waits while that cannot be read, and asks for nothing where nobody wants it', async () => {
    const hours = () => Promise.reject(new Error('away'));
    const away = stage({ tenant, hours });
    await expect(away.decide()).rejects.toThrow('away');
    expect(await away.events()).toEqual([]);
    expect((await stage({ tenant: {}, hours }).decide()).step?.code).toBe('now');
  });
});

describe('a campaign with a start and an end', () => {
  const campaign = { startsAt: '2026-05-02T06:00:00.000Z', endsAt: '2026-05-02T06:02:00.000Z' };

  it('sends nothing before the one, and nothing new after the other', async () => {
    const early = await stage({ campaign }).decide();
    expect(early.leg).toMatchObject({ sendAt: campaign.startsAt, booking: { until: '2026-05-02T06:01:59.999Z' } });
    expect(early.step?.code).toBe('campaign_start');
    const late = stage({ campaign });
    late.clock.now = campaign.endsAt;
    expect((await late.decide()).refused).toMatchObject({ step: 'send_time', reason: 'campaign_ended' });
    const never = stage({ campaign, tenant: { quietHours: night } });
    expect((await never.decide()).refused).toMatchObject({ reason: 'no_time_before_campaign_end' });
  });

  it('lets nothing start, and nothing be tried again, once it is over', async () => {
    const begun = async () => {
      const one = stage({ campaign });
      one.clock.now = campaign.startsAt;
      await one.decide();
      return one;
    };
    const late = await begun();
    late.clock.now = campaign.endsAt;
    await late.follow();
    expect(await late.events()).toContainEqual(
      expect.objectContaining({
        ...{ type: 'DeliverySkipped', data: expect.objectContaining({ reason: 'campaign_ended' }) },
      }),
    );
    const tried = await begun();
    tried.clock.now = '2026-05-02T06:01:30.000Z';
    await tried.rejected();
    await tried.follow();
    expect(await tried.events()).toContainEqual(
      expect.objectContaining({
        type: 'DeliveryFailedPermanently',
        data: expect.objectContaining({ reason: 'retry_refused:campaign_ended' }),
      }),
    );
  });
});

describe('what begins late in the evening', () => {
  const evening = async (said: Said = {}) => {
    const one = stage({ tenant: { quietHours: night }, ...said });
    one.clock.now = '2026-05-01T20:58:30.000Z';
    await one.decide();
    return one;
  };

  it('can start until the quiet hours begin, and not after', async () => {
    const { store } = await evening();
    const { state } = await readOutreach(store, outreachId);
    const claim = (now: string) =>
      claimAttempt(state, { leg: 1, attempt: 1, claimId: 'c', claimedBy: 'g', now, leaseMs: 1 });
    expect(claim('2026-05-01T20:59:59.999Z').kind).toBe('claim');
    expect(claim('2026-05-01T21:00:00.000Z')).toEqual({ kind: 'stand_down', reason: 'booking_lapsed' });
  });

  it('moves to the morning when it was not started in time', async () => {
    const { clock, follow, events } = await evening();
    clock.now = '2026-05-01T21:00:00.000Z';
    await follow();
    expect((await events()).at(-1)).toMatchObject({
      type: 'DeliveryRescheduled',
      data: { at: '2026-05-02T08:00:00.000Z', booking: { until: '2026-05-02T08:05:00.000Z' } },
    });
  });

  it('is retried in the morning', async () => {
    const { clock, follow, events, rejected } = await evening();
    clock.now = '2026-05-01T20:59:30.000Z';
    await rejected();
    await follow();
    expect((await events()).at(-1)).toMatchObject({
      ...{ type: 'RetryScheduled', data: { attempt: 2, at: '2026-05-02T08:00:00.000Z' } },
    });
  });

  it('is skipped, or fails, where there is no morning before its deadline', async () => {
    const request = { expiresAt: '2026-05-02T08:00:00.000Z' };
    const late = await evening({ request });
    late.clock.now = '2026-05-01T21:00:00.000Z';
    await late.follow();
    expect(await late.events()).toContainEqual(
      expect.objectContaining({
        ...{ type: 'DeliverySkipped', data: expect.objectContaining({ reason: 'no_time_before_deadline' }) },
      }),
    );
    const tried = await evening({ request });
    tried.clock.now = '2026-05-01T20:59:30.000Z';
    await tried.rejected();
    await tried.follow();
    expect(await tried.events()).toContainEqual(
      expect.objectContaining({
        type: 'DeliveryFailedPermanently',
        data: expect.objectContaining({ reason: 'retry_refused:no_time_before_deadline' }),
      }),
    );
  });
});
