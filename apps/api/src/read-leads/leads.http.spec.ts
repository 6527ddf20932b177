import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LeadFilter, LeadRow, OutreachFilter } from '@homing/read-model';
import type { RunningService } from '@homing/service-kit';
import { authorized, fakeParts, startApi, TENANT } from '../api.fixture.js';
import { faultsAgainst } from '../describe/conformance.fixture.js';

const leadId = '0197a000-0000-7000-8000-00000000000a';
const row: LeadRow = {
  ...{ tenantId: TENANT, leadId, status: 'engaged', outreach: 3n, attempts: 2n, conversions: 0n },
  ...{ firstOutreachAt: '2026-05-01T10:00:00.000Z', lastOutreachAt: '2026-05-02T10:00:00.000Z', nextOutreachAt: null },
  ...{ lastDeliveredAt: null, lastEngagedAt: '2026-05-02T11:00:00.000Z', lastRespondedAt: null },
};
const asked: (LeadFilter | OutreachFilter)[] = [];
let service: RunningService;

beforeAll(async () => {
  const fake = fakeParts();
  const queries = {
    ...fake.parts.queries,
    findLead: async (tenantId: string, id: string) => (tenantId === TENANT && id === leadId ? row : undefined),
    listLeads: async (filter: LeadFilter) => (asked.push(filter), { rows: [row], nextCursor: 'more' }),
    listOutreach: async (filter: OutreachFilter) => (asked.push(filter), { rows: [] }),
  };
  const persons = {
    findPerson: async ({ recipientId }: { recipientId: string }) =>
      recipientId === 'customer-17' ? leadId : undefined,
  };
  service = await startApi(fakeParts({ queries, persons }));
});
afterAll(() => service.stop());

async function ask(path: string) {
  const answer = await fetch(`${service.url}/api/v1/leads${path}`, { headers: authorized() });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}
const { tenantId: _tenant, ...known } = { ...row, outreach: 3, attempts: 2, conversions: 0 };

describe('leads', () => {
  it('are listed by status, page by page', async () => {
    const { status, body } = await ask('?status=engaged&limit=1&cursor=abc');
    expect([status, body]).toEqual([200, { items: [known], nextCursor: 'more' }]);
    expect(faultsAgainst('LeadPage', body)).toEqual([]);
    expect(asked.at(-1)).toEqual({ tenantId: TENANT, status: 'engaged', limit: 1, cursor: 'abc' });
  });

  it.each(['/customer-17', `/${leadId}`, `/${leadId.toUpperCase()}`])(
    'are found by %s, with their history',
    async (path) => {
      const { status, body } = await ask(`${path}?limit=5`);
      expect([status, body]).toEqual([200, { ...known, history: { items: [] } }]);
      expect(faultsAgainst('Lead', body)).toEqual([]);
      expect(asked.at(-1)).toEqual({ tenantId: TENANT, personId: leadId, limit: 5 });
    },
  );

  it.each(['/nobody', '/0197a000-0000-7000-8000-00000000000b'])('are not found by %s', async (path) => {
    expect((await ask(path)).status).toBe(404);
  });

  it.each([
    ['?status=keen', 'status'],
    ['?grade=A', 'grade'],
    ['?limit=0', 'limit'],
  ])('refuse %s, naming the field', async (query, field) => {
    expect(await ask(query)).toMatchObject({ status: 422, body: { errors: [{ field }] } });
  });
});
