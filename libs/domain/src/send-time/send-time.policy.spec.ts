import { describe, expect, it } from '@jest/globals';
import { chooseSendTime, type ChooseSendTime } from './send-time.policy.js';
import { sendTimeRules } from './send-time.rules.js';
import { ZONES_OF_2026 as zones } from './zone.fixture.js';

const night = { from: '21:00', to: '08:00' };
const berlin = { table: zones.berlin, owner: 'recipient' } as const;
const base: ChooseSendTime = {
  ...{ now: '2026-03-28T20:30:00.000Z', expiresAt: '2026-04-04T20:30:00.000Z' },
  ...{ urgency: 'normal', channel: 'email', clock: berlin },
};
const choose = (over: Partial<ChooseSendTime> = {}) => chooseSendTime({ ...base, ...over });
const quiet = sendTimeRules([{ quietHours: night }]);
const office = sendTimeRules([
  { windows: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00' }] },
]);
const best = sendTimeRules([{ sendTime: 'best_practice', quietHours: night }]);
const of = { zone: 'Europe/Berlin', zoneOf: 'recipient', tzdata: 'spec' };

describe('choosing the send time', () => {
  it('is now, or the time asked for, where nothing is ruled', () => {
    expect(choose()).toEqual({ kind: 'at', at: base.now, code: 'now' });
    const sendAt = '2026-03-28T22:00:00.000Z';
    expect(choose({ sendAt })).toEqual({ kind: 'at', at: sendAt, code: 'as_requested' });
    expect(choose({ sendAt: '2026-03-27T22:00:00.000Z' })).toMatchObject({ at: base.now, code: 'now' });
    expect(choose({ sendAt: base.expiresAt })).toEqual({ kind: 'refused', reason: 'send_time_after_deadline' });
  });

  // The worked example of docs/decisions.md.
  it('waits out quiet hours over a night that the clocks make an hour shorter', () => {
    expect(choose({ rules: quiet })).toEqual({
      kind: 'at',
      at: '2026-03-29T06:00:00.000Z',
      code: 'after_quiet_hours',
      facts: { at: '2026-03-29T06:00:00.000Z', local: '2026-03-29 08:00', ...of },
    });
    expect(choose({ rules: best })).toMatchObject({ at: '2026-03-29T07:00:00.000Z', code: 'best_practice' });
    expect(choose({ rules: best, preferredHours: [7, 18] })).toMatchObject({
      ...{ at: '2026-03-29T16:00:00.000Z', code: 'preferred_hour', facts: { local: '2026-03-29 18:00' } },
    });
  });

  it('is quiet whenever the clock says so, also when it says so twice', () => {
    const rules = sendTimeRules([{ quietHours: { from: '00:00', to: '02:30' } }]);
    const expiresAt = '2026-10-26T00:00:00.000Z';
    expect(choose({ rules, expiresAt, now: '2026-10-24T23:00:00.000Z' })).toMatchObject({
      at: '2026-10-25T00:30:00.000Z',
      openUntil: '2026-10-25T01:00:00.000Z',
    });
    expect(choose({ rules, expiresAt, now: '2026-10-25T01:10:00.000Z' })).toMatchObject({
      at: '2026-10-25T01:30:00.000Z',
    });
  });

  it('waits for the next window, over a weekend', () => {
    expect(choose({ rules: office })).toMatchObject({ at: '2026-03-30T07:00:00.000Z', code: 'in_window' });
    expect(choose({ rules: office, now: '2026-03-30T14:59:59.999Z' })).toMatchObject({
      ...{ at: '2026-03-30T14:59:59.999Z', code: 'now', openUntil: '2026-03-30T15:00:00.000Z' },
    });
  });

  it('says what was missed of the better hours, and sends when it may', () => {
    const expiresAt = '2026-03-29T06:59:00.000Z';
    expect(choose({ rules: best, preferredHours: [22], expiresAt })).toMatchObject({
      ...{ at: '2026-03-29T06:00:00.000Z', code: 'after_quiet_hours' },
      facts: { missed: 'preferred_hour,best_practice' },
    });
  });

  it('looks for no better hour than the one asked for, and for none where none is known', () => {
    const sendAt = '2026-03-29T10:00:00.000Z';
    expect(choose({ rules: best, sendAt })).toMatchObject({ at: sendAt, code: 'as_requested' });
    expect(choose({ rules: best, channel: 'sms' })).toMatchObject({ code: 'after_quiet_hours' });
  });

  it.each<[string, Partial<ChooseSendTime>, string]>([
    ['email', { channel: 'email' }, '09:00'],
    ['linkedin', { channel: 'linkedin' }, '10:00'],
    ['twitter', { channel: 'twitter' }, '12:00'],
    ['instagram', { channel: 'instagram' }, '19:00'],
    ['facebook', { channel: 'facebook' }, '19:00'],
    ['whatsapp to existing customers', { channel: 'whatsapp', customerType: 'existing' }, '10:00'],
    ['whatsapp to new customers', { channel: 'whatsapp', customerType: 'new' }, '18:00'],
  ])('knows the best hour for %s', (_what, over, time) =>
    expect(choose({ rules: best, ...over })).toMatchObject({
      ...{ code: 'best_practice', facts: { local: `2026-03-29 ${time}` } },
    }),
  );

  it('lets what is critical through at once, never before the time asked for', () => {
    expect(choose({ rules: best, urgency: 'critical' })).toMatchObject({
      ...{ at: base.now, code: 'now', facts: { urgency: 'critical', local: '2026-03-28 21:30' } },
    });
    const sendAt = '2026-03-28T23:00:00.000Z';
    expect(choose({ rules: best, urgency: 'critical', sendAt })).toMatchObject({ at: sendAt, code: 'as_requested' });
  });

  it('refuses where no moment before the deadline is allowed', () => {
    expect(choose({ rules: quiet, expiresAt: '2026-03-29T06:00:00.000Z' })).toEqual({
      kind: 'refused',
      reason: 'no_time_before_deadline',
      facts: of,
    });
    const never = sendTimeRules([{ quietHours: night }, { windows: [{ from: '21:00', to: '24:00' }] }]);
    expect(choose({ rules: never, expiresAt: '9999-01-01T00:00:00.000Z' })).toMatchObject({ kind: 'refused' });
  });

  it('reads UTC where nobody’s zone is known', () =>
    expect(choose({ rules: quiet, clock: undefined, now: '2026-03-28T21:00:00.000Z' })).toMatchObject({
      ...{ at: '2026-03-29T08:00:00.000Z', facts: { zone: 'UTC', zoneOf: 'product' } },
    }));
});

describe('the rules in force', () => {
  it('are the narrowest that say anything, field by field; null says there are none', () => {
    const tenant = { quietHours: night, sendTime: 'best_practice' } as const;
    expect(sendTimeRules([tenant, {}])).toMatchObject({ choice: 'best_practice', quiet: { from: 1260, to: 480 } });
    expect(sendTimeRules([tenant, { sendTime: 'asap', quietHours: null }])).toBeUndefined();
    expect(sendTimeRules([undefined, { timeZone: 'Europe/Berlin' }])).toBeUndefined();
  });
});
