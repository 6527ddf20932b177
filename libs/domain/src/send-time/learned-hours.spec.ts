import { describe, expect, it } from '@jest/globals';
import { GOOD_HOUR_LIFT, hourHistory, learnedHours, type HourCount } from './learned-hours.estimate.js';
import { sendHoursReport } from './send-hours.report.js';
import { chooseSendTime, type ChooseSendTime } from './send-time.policy.js';
import { sendTimeRules } from './send-time.rules.js';
import { ZONES_OF_2026 } from './zone.fixture.js';

const TUE_18 = 24 + 18;
const count = (hourOfWeek: number, sent: number, engaged: number, of: Partial<HourCount> = {}): HourCount => ({
  ...{ channel: 'email', customerType: null, hourOfWeek, sent, engaged },
  ...of,
});
/** Each hour of each day the same, but for one hour of the day. */
const week = (good: number, of: Partial<HourCount> = {}): HourCount[] =>
  Array.from({ length: 168 }, (_, hour) => count(hour, 50, hour % 24 === good ? 25 : 5, of));
const bestOf = (lifts: readonly number[]): number => lifts.indexOf(Math.max(...lifts));

describe('the hours learned', () => {
  it('are the table of good hours while nothing was seen', () => {
    const { lifts, usual } = learnedHours(hourHistory([]), { channel: 'whatsapp', customerType: 'new' });
    expect(usual).toBe(0.5);
    expect(lifts.map((lift, hour) => (lift === 1 ? -1 : hour % 24)).filter((hour) => hour >= 0)).toEqual(
      Array.from({ length: 7 }, () => 18),
    );
    expect(Math.max(...lifts)).toBe(GOOD_HOUR_LIFT);
  });

  it('are what people of the type do, else what the channel’s do, else what all do', () => {
    const history = hourHistory([
      ...week(8, { customerType: 'new' }),
      ...week(20, { customerType: 'existing' }),
      ...week(20, { channel: 'sms', customerType: 'existing' }),
    ]);
    const best = (channel: HourCount['channel'], customerType?: string): number =>
      bestOf(learnedHours(history, { channel, customerType }).lifts) % 24;
    expect([best('email', 'new'), best('email', 'existing'), best('sms')]).toEqual([8, 20, 20]);
    // Never written to by that channel: what all channels saw.
    expect(best('phone')).toBe(20);
  });

  it('give one lucky message next to no weight, and many all of it', () => {
    const lucky = learnedHours(hourHistory([...week(9), count(TUE_18, 1, 1)]), { channel: 'email' });
    expect(bestOf(lucky.lifts) % 24).toBe(9);
    const many = learnedHours(hourHistory([...week(9), count(TUE_18, 2_000, 1_500)]), { channel: 'email' });
    expect(bestOf(many.lifts)).toBe(TUE_18);
  });

  it('are not those in which a better channel happened to be used', () => {
    const even = (hour: number, channel: HourCount['channel'], share: number): HourCount =>
      count(hour, 400, 400 * share, { channel });
    const history = hourHistory([even(9, 'email', 0.1), even(18, 'sms', 0.6), even(9, 'sms', 0.6)]);
    const { lifts } = learnedHours(history, { channel: 'email' });
    expect((lifts[18] ?? 0) - (lifts[12] ?? 0)).toBeLessThan(0.05);
  });
});

const table = ZONES_OF_2026.berlin;
/** Monday 4 May 2026, 10:15 in Berlin. */
const base: ChooseSendTime = {
  ...{ now: '2026-05-04T08:15:00.000Z', expiresAt: '2026-05-11T08:15:00.000Z', urgency: 'normal', channel: 'email' },
  ...{ rules: sendTimeRules([{ sendTime: 'learned' }]), clock: { table, owner: 'recipient' } },
  hours: hourHistory([...week(18), count(24 * 3 + 15, 2_000, 1_800)]),
};
const choose = (over: Partial<ChooseSendTime> = {}) => chooseSendTime({ ...base, ...over });

describe('a learned send time', () => {
  it('is the best hour of the next day, with what it rests on', () => {
    expect(choose()).toMatchObject({
      ...{ at: '2026-05-04T16:00:00.000Z', code: 'learned_hour' },
      facts: { local: '2026-05-04 18:00', hour: 'mon 18', sent: 350, engaged: 175 },
    });
    const { facts } = choose() as { facts: Record<string, number> };
    expect(facts['rate']).toBeGreaterThan(facts['usual'] ?? 1);
  });

  it('is the best of a week for what has time', () => {
    expect(choose({ urgency: 'low' })).toMatchObject({ at: '2026-05-07T13:00:00.000Z', code: 'learned_hour' });
  });

  it('is the best of the hours that the rules leave open', () => {
    const windows = [{ from: '08:00', to: '17:30' }];
    const open = choose({ rules: sendTimeRules([{ sendTime: 'learned', windows }]) });
    expect(open).toMatchObject({ code: 'learned_hour' });
    expect(String(open.facts?.['local']).slice(11) < '17:30').toBe(true);
  });

  it('is a good hour of the channel while nothing was learned, and gives way to what a person prefers', () => {
    expect(choose({ hours: hourHistory([]) })).toMatchObject({ code: 'best_practice', at: '2026-05-05T07:00:00.000Z' });
    expect(choose({ hours: undefined })).toMatchObject({ code: 'best_practice' });
    expect(choose({ preferredHours: [21] })).toMatchObject({ code: 'preferred_hour', at: '2026-05-04T19:00:00.000Z' });
  });

  it('is another hour for the share that explores: one by day that may yet be the best, and says how likely it was', () => {
    // From 10:15 on: 11 hours of this day up to 21:00, 4 of the next from 7:00 on; all may be best of whom nothing much is known.
    const hours = hourHistory([{ ...count(18, 1, 1) }]);
    const chosen = [0, 0.05, 0.0999].map((spread) => choose({ hours, exploration: 0.1, spread }));
    const localOf = (each: (typeof chosen)[number]): string => String(each.facts?.['local']).slice(8, 13);
    expect(chosen.map(localOf)).toEqual(['04 10', '04 17', '05 10']);
    expect(chosen[1]).toMatchObject({ code: 'explored_hour', facts: { probability: 0.0067 } });
    // Enough is known of 18:00.
    expect(choose({ exploration: 0.1, spread: 0.05 })).toMatchObject({ facts: { hour: 'mon 18', probability: 1 } });
    expect(choose({ exploration: 0.1, spread: 0.1 })).toMatchObject({
      ...{ code: 'learned_hour', at: '2026-05-04T16:00:00.000Z', facts: { probability: 1 } },
    });
  });
});

describe('messages of one zone', () => {
  it('are spread over the good hour, minute by minute, the same whenever they are decided', () => {
    const at = (spread: number) => (choose({ spread }) as { at: string }).at;
    expect([at(0), at(0.5), at(0.999)]).toEqual(
      ['16:00', '16:30', '16:59'].map((time) => `2026-05-04T${time}:00.000Z`),
    );
    const rules = sendTimeRules([{ sendTime: 'best_practice', quietHours: { from: '09:20', to: '09:50' } }]);
    expect(choose({ spread: 0.99, rules })).toMatchObject({ at: '2026-05-05T07:19:00.000Z' });
  });

  it('go out at once within a good hour, and at the time asked for', () => {
    expect(choose({ now: '2026-05-04T16:20:00.000Z', spread: 0.5 })).toMatchObject({ at: '2026-05-04T16:20:00.000Z' });
    expect(choose({ sendAt: '2026-05-05T10:00:00.000Z', spread: 0.5 })).toMatchObject({ code: 'as_requested' });
  });

  it('are spread over the open time of the hours that the settings name', () => {
    const windows = [{ from: '10:00', to: '12:00' }];
    const rules = sendTimeRules([{ windows, spacing: { overHours: 48 } }]);
    const at = (spread: number) => choose({ spread, rules });
    // From 10:15 on: 105 minutes today, 120 tomorrow, 15 on Wednesday: 240 in all.
    expect(at(0)).toMatchObject({ code: 'now', at: base.now, facts: { spacingHours: 48 } });
    expect(at(104 / 240)).toMatchObject({ code: 'spaced', at: '2026-05-04T09:59:00.000Z' });
    expect(at(105 / 240)).toMatchObject({ at: '2026-05-05T08:00:00.000Z' });
    expect(at(0.999)).toMatchObject({ at: '2026-05-06T08:14:00.000Z' });
  });
});

describe('a campaign’s period and hours', () => {
  const period = { startsAt: '2026-05-05T08:00:00.000Z', endsAt: '2026-05-06T07:30:00.000Z' };
  const asap = sendTimeRules([{}], period);
  it('holds everything back until it starts, also what is critical', () => {
    const start = { at: period.startsAt, code: 'campaign_start' };
    expect(choose({ rules: asap })).toMatchObject(start);
    expect(choose({ rules: asap, urgency: 'critical' })).toMatchObject(start);
    expect(choose({ rules: asap, sendAt: '2026-05-05T09:00:00.000Z' })).toMatchObject({ code: 'as_requested' });
    expect(choose({ rules: asap, now: '2026-05-05T08:30:00.000Z' })).toMatchObject({ code: 'now' });
  });

  it('ends everything, and says which of the two came first', () => {
    const reason = (over: Partial<ChooseSendTime>) => (choose({ rules: asap, ...over }) as { reason?: string }).reason;
    expect(reason({ now: period.endsAt })).toBe('campaign_ended');
    expect(reason({ now: period.endsAt, urgency: 'critical' })).toBe('campaign_ended');
    expect(reason({ sendAt: period.endsAt })).toBe('no_time_before_campaign_end');
    const nights = sendTimeRules([{ windows: [{ days: ['sun'], from: '01:00', to: '02:00' }] }], period);
    expect(reason({ rules: nights })).toBe('no_time_before_campaign_end');
    expect(reason({ rules: nights, expiresAt: '2026-05-06T01:00:00.000Z' })).toBe('no_time_before_deadline');
    expect(reason({ expiresAt: '2026-05-05T07:00:00.000Z' })).toBe('campaign_starts_after_deadline');
    expect(reason({ sendAt: base.expiresAt, rules: sendTimeRules([{}], { endsAt: base.expiresAt }) })).toBe(
      'send_time_after_deadline',
    );
  });

  it('closes what may start at its end', () =>
    expect(choose({ rules: asap, now: '2026-05-06T07:00:00.000Z' })).toMatchObject({ openUntil: period.endsAt }));

  it('prefers the hours that it names, also as soon as possible', () => {
    const rules = sendTimeRules([{ preferredHours: [9] }, { preferredHours: [14, 20] }]);
    expect(choose({ rules })).toMatchObject({ code: 'campaign_hour', at: '2026-05-04T12:00:00.000Z' });
    expect(sendTimeRules([{ preferredHours: [9] }, { preferredHours: [] }])).toBeUndefined();
  });
});

describe('the report of send times', () => {
  it('names hours with their rates, the best of them, and what has no hour', () => {
    const row = (hourOfWeek: number | null, sent: number, engaged: number, customerType: string | null = null) => ({
      ...{ channel: 'email' as const, customerType, hourOfWeek, sent, engaged, delivered: sent },
    });
    const [email, ...others] = sendHoursReport([
      row(TUE_18, 300, 150, 'new'),
      row(33, 300, 30, 'new'),
      row(null, 7, 1),
    ]);
    expect(others).toEqual([]);
    expect(email).toMatchObject({
      ...{ channel: 'email', sent: 607, engaged: 181, sentWithoutZone: 7, engagementRate: 0.2982 },
      bestHours: [{ weekday: 'tue', hour: 18, confidence: 0.9375 }, {}, {}],
      byCustomerType: [{ customerType: 'new', weekday: 'tue', hour: 18 }],
      hours: [
        { weekday: 'tue', hour: 9, sent: 300, engaged: 30, engagementRate: 0.1, deliveryRate: 1 },
        { weekday: 'tue', hour: 18, engagementRate: 0.5 },
      ],
    });
    expect(sendHoursReport([])).toEqual([]);
  });
});
