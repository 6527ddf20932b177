import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LedgerBalanceRow, RoutingCount, RoutingFilter } from '@homing/read-model';
import type { RunningService } from '@homing/service-kit';
import { authorized, fakeParts, startApi, TENANT } from '../api.fixture.js';
import { faultsAgainst } from '../describe/conformance.fixture.js';
import { shownPerformance } from './performance.representation.js';

const none = { channel: '', place: 0, step: '', reason: '' } as const;
const counts: RoutingCount[] = [
  { ...none, measure: 'decided', count: 10n },
  { ...none, measure: 'passed_over', channel: 'sms', place: 2, step: 'budget', reason: 'exhausted', count: 1n },
  { ...none, measure: 'passed_over', channel: 'sms', place: 2, reason: 'not_needed', count: 3n },
  { ...none, measure: 'chosen', channel: 'email', place: 1, reason: 'score', count: 6n },
  { ...none, measure: 'chosen', channel: 'sms', place: 1, reason: 'preference', count: 4n },
  { ...none, measure: 'chosen', channel: 'sms', place: 2, reason: 'score', count: 6n },
  { ...none, measure: 'excluded', channel: 'whatsapp', reason: 'no_contact', count: 10n },
  { ...none, measure: 'refused', step: 'dedup', reason: 'duplicate_content', count: 2n },
  { ...none, measure: 'tried', channel: 'email', place: 1, count: 6n },
  { ...none, measure: 'tried', channel: 'sms', place: 1, count: 3n },
  { ...none, measure: 'delivered', channel: 'email', place: 1, count: 4n },
  { ...none, measure: 'engaged', channel: 'email', place: 1, count: 2n },
  { ...none, measure: 'tried', channel: 'sms', place: 2, count: 2n },
  { ...none, measure: 'legs_used', place: 2, count: 2n },
  { ...none, measure: 'legs_used', place: 1, count: 7n },
];
const asked: RoutingFilter[] = [];
let service: RunningService;

beforeAll(async () => {
  const fake = fakeParts();
  const queries = {
    ...fake.parts.queries,
    routing: async (filter: RoutingFilter) => {
      asked.push(filter);
      return filter.campaignKey === undefined ? counts : [];
    },
  };
  const findCampaign = async ({ campaignId }: { campaignId: string }) =>
    campaignId === 'spring' ? ({ id: 'c-1', campaignId, status: 'active' } as never) : undefined;
  const registry = { ...fake.parts.registry, findCampaign };
  service = await startApi(fakeParts({ queries, registry }));
});
afterAll(() => service.stop());

async function ask(query = '') {
  const answer = await fetch(`${service.url}/api/v1/analytics/routing${query}`, { headers: authorized() });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

describe('GET /analytics/routing', () => {
  it('shows counts, shares of what was begun, and null where nothing was', async () => {
    const { status, body } = await ask('?from=2026-05-01&to=2026-05-02T10:20:00Z');
    expect(status).toBe(200);
    expect(faultsAgainst('RoutingAnalytics', body)).toEqual([]);
    expect(asked.at(-1)).toEqual({
      tenantId: TENANT,
      from: '2026-05-01T00:00:00.000Z',
      to: '2026-05-02T11:00:00.000Z',
    });
    expect(body).toMatchObject({
      decided: 10,
      chosen: [{ channel: 'email', rank: 1, reason: 'score', count: 6 }, { rank: 2 }, { reason: 'preference' }],
      excluded: [{ channel: 'whatsapp', reason: 'no_contact', count: 10 }],
      refused: [{ step: 'dedup', reason: 'duplicate_content', count: 2 }],
      passedOver: [
        { channel: 'sms', rank: 2, step: null, reason: 'not_needed', count: 3 },
        { step: 'budget', reason: 'exhausted', count: 1 },
      ],
      depth: [
        { legs: 1, count: 7 },
        { legs: 2, count: 2 },
      ],
      success: [
        {
          ...{ rank: 1, tried: 9, delivered: 4, engaged: 2, deliveredShare: 0.4444, engagedShare: 0.2222 },
          channels: [
            { channel: 'email', deliveredShare: 0.6667 },
            { channel: 'sms', tried: 3, deliveredShare: 0 },
          ],
        },
        { rank: 2, tried: 2, delivered: 0, deliveredShare: 0 },
      ],
    });
  });

  it('is of one campaign and channel where these are named, and empty where nothing was', async () => {
    const { body } = await ask('?campaignId=spring&channel=sms');
    expect(asked.at(-1)).toMatchObject({ campaignKey: 'c-1', channel: 'sms' });
    const { from, to } = asked.at(-1)!;
    expect(Date.parse(to) - Date.parse(from)).toBe(30 * 86_400_000);
    expect(body).toMatchObject({ campaignId: 'spring', channel: 'sms', decided: 0, chosen: [], success: [] });
    expect(faultsAgainst('RoutingAnalytics', body)).toEqual([]);
  });

  it.each([
    ['?from=yesterday', 'from'],
    ['?from=2026-05-02&to=2026-05-01', 'from'],
    ['?from=2024-01-01&to=2026-05-01', 'from'],
    ['?to=2026-02-30T', 'to'],
    ['?from=2026-02-01&to=2026-02-30', 'to'],
    ['?from=9999-12-01&to=9999-12-31T23:59:00-12:00', 'to'],
    ['?channel=pigeon', 'channel'],
    ['?campaign=spring', 'campaign'],
  ])('refuses %s, naming the field', async (query, field) => {
    expect(await ask(query)).toMatchObject({ status: 422, body: { errors: [{ field }] } });
  });

  it('does not find a campaign nobody made', async () => {
    expect((await ask('?campaignId=autumn')).status).toBe(404);
  });
});

describe('GET /campaigns/{id}/performance', () => {
  const campaign = { id: 'c-1', campaignId: 'spring', currency: 'EUR' } as never;
  const balance = { kind: 'money', day: null, spent: 12_000_000n } as LedgerBalanceRow;
  const euros = { currency: 'EUR', count: 5n, valueMicros: 30_000_000n };
  const figures = { balances: [balance], messages: 400, now: new Date('2026-05-01T10:00:00Z') };

  it('shows what each message and conversion cost and what came back, by kind too', () => {
    const conversions = [
      { kind: 'purchase', ...euros },
      { kind: 'trial', currency: null, count: 2n, valueMicros: 0n },
    ];
    const shown = shownPerformance({ campaign, ...figures, conversions });
    expect(shown).toMatchObject({
      ...{ messages: 400, spentMicros: 12_000_000, conversions: 7, valueMicros: 30_000_000 },
      ...{ costPerMessageMicros: 30_000, costPerConversionMicros: 1_714_286, roi: 1.5 },
      kinds: [
        { kind: 'purchase', conversions: 5, valueMicros: 30_000_000 },
        { kind: 'trial', conversions: 2, valueMicros: 0 },
      ],
    });
    expect(faultsAgainst('CampaignPerformance', shown)).toEqual([]);
  });

  it('says null where nothing was booked', () => {
    const shown = shownPerformance({ campaign, ...figures, balances: [], conversions: [] });
    const nothing = { spentMicros: null, costPerMessageMicros: null, costPerConversionMicros: null, roi: null };
    expect(shown).toMatchObject({ ...nothing, messages: 400, conversions: 0, valueMicros: 0, kinds: [] });
    expect(faultsAgainst('CampaignPerformance', shown)).toEqual([]);
  });

  it('does not find a campaign nobody made', async () => {
    const url = `${service.url}/api/v1/campaigns/autumn/performance`;
    expect((await fetch(url, { headers: authorized() })).status).toBe(404);
  });
});
