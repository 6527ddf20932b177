import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SendHourCount, SendHourFilter } from '@homing/read-model';
import type { RunningService } from '@homing/service-kit';
import { authorized, fakeParts, startApi, TENANT } from '../api.fixture.js';
import { faultsAgainst } from '../describe/conformance.fixture.js';

const of = { tenantId: TENANT, channel: 'email', customerType: 'new' } as const;
const counts: SendHourCount[] = [
  { ...of, hourOfWeek: 33, sent: 100, delivered: 90, engaged: 10 },
  { ...of, hourOfWeek: 42, sent: 100, delivered: 95, engaged: 60 },
  { ...of, hourOfWeek: null, sent: 3, delivered: 1, engaged: 0 },
];
const asked: SendHourFilter[] = [];
let service: RunningService;

beforeAll(async () => {
  const fake = fakeParts();
  const queries = {
    ...fake.parts.queries,
    sendHours: async (filter: SendHourFilter) => {
      asked.push(filter);
      return filter.channel === undefined ? counts : [];
    },
  };
  const findCampaign = async ({ campaignId }: { campaignId: string }) =>
    campaignId === 'spring' ? ({ id: 'c-1', campaignId, status: 'active' } as never) : undefined;
  service = await startApi(fakeParts({ queries, registry: { ...fake.parts.registry, findCampaign } }));
});
afterAll(() => service.stop());

async function ask(query = '') {
  const answer = await fetch(`${service.url}/api/v1/analytics/send-times${query}`, { headers: authorized() });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

describe('GET /analytics/send-times', () => {
  it('shows each hour with its shares, the best hours, and what has no hour', async () => {
    const { status, body } = await ask('?from=2026-05-01&to=2026-05-02T10:20:00Z&campaignId=spring');
    expect([status, faultsAgainst('SendTimes', body)]).toEqual([200, []]);
    const period = { from: '2026-05-01T00:00:00.000Z', to: '2026-05-02T11:00:00.000Z' };
    expect(asked.at(-1)).toEqual({ tenantId: TENANT, ...period, campaignKey: 'c-1' });
    expect(body).toMatchObject({
      ...{ ...period, campaignId: 'spring', channel: null },
      channels: [
        {
          ...{ channel: 'email', sent: 203, delivered: 186, engaged: 70, sentWithoutZone: 3 },
          bestHours: [{ weekday: 'tue', hour: 18 }, {}, {}],
          byCustomerType: [{ customerType: 'new', weekday: 'tue', hour: 18, confidence: 0.8333 }],
          hours: [
            { weekday: 'tue', hour: 9, deliveryRate: 0.9, engagementRate: 0.1 },
            { weekday: 'tue', hour: 18, deliveryRate: 0.95, engagementRate: 0.6 },
          ],
        },
      ],
    });
  });

  it('shows nothing where nothing was sent', async () => {
    const { body } = await ask('?channel=sms');
    expect(body).toMatchObject({ channel: 'sms', channels: [] });
  });

  it.each([
    ['?channel=pigeon', 422],
    ['?from=soon', 422],
    ['?from=2026-05-02&to=2026-05-01', 422],
    ['?hour=9', 422],
    ['?campaignId=autumn', 404],
  ])('refuses %s', async (query, status) => expect((await ask(query)).status).toBe(status));
});
