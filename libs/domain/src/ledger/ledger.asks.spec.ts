import { describe, expect, it } from '@jest/globals';
import { budgetStream, quotaStream } from '@homing/contracts';
import { balanceAsks, heldUntil, type CampaignLimits } from './ledger.asks.js';

const limits: CampaignLimits = {
  ...{ campaignKey: 'c', currency: 'EUR', version: 3 },
  ...{ totalMicros: 900, perDayMicros: 200, dailyLimit: 5 },
};
const email = { channel: 'email' } as const;
const day = { day: '2026-05-01', endsAt: '2026-05-01T22:00:00.000Z' };

describe('what a message needs of its campaign', () => {
  it('asks the campaign, its day and its daily limit, each under the newest setting', () => {
    const reserve = (amount: number, limit: number) => ({
      kind: 'reserve',
      key: 'k',
      amount,
      limit: { limit, version: 3 },
    });
    expect(balanceAsks('k', { ...email, micros: 100, campaign: limits, day })).toMatchObject([
      { stream: budgetStream('c'), step: 'budget', command: reserve(100, 900) },
      { stream: budgetStream('c', day.day), step: 'budget', command: reserve(100, 200) },
      { stream: quotaStream('c', day.day), step: 'daily_limit', command: reserve(1, 5) },
    ]);
  });

  it('asks for no money where the message costs none', () =>
    expect(balanceAsks('k', { ...email, micros: 0, campaign: limits, day }).map(({ ledger }) => ledger)).toEqual([
      'quota',
    ]));

  it('asks for nothing where nothing is limited, or there is no campaign', () => {
    expect(
      balanceAsks('k', { ...email, micros: 0, campaign: { campaignKey: 'c', currency: 'EUR', version: 1 }, day }),
    ).toEqual([]);
    expect(balanceAsks('k', { ...email, micros: 100, day })).toEqual([]);
  });

  it('holds its place no longer than a day that is counted', () => {
    expect(heldUntil('2026-05-01T21:58:00.000Z', { ...email, micros: 100, campaign: limits, day })).toBe(day.endsAt);
    expect(heldUntil('2026-05-01T21:58:00.000Z', { ...email, micros: 100, day })).toBe('2026-05-01T22:03:00.000Z');
  });
});
