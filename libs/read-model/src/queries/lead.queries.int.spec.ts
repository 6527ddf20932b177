import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OutreachEvent } from '@homing/contracts';
import { at, emailStory, Store, tenantOf } from '../fixtures/outreach-story.fixture.js';
import { project } from '../fixtures/project.fixture.js';
import { makeReadDatabase, type ReadDatabase } from '../fixtures/read-database.fixture.js';
import { InvalidCursorError } from './cursor.js';
import { createTenantQueries } from './tenant.queries.js';

let database: ReadDatabase;
const person = (n: number) => `0197a000-0000-7000-8000-00000000000${n}`;
const tenantId = tenantOf(1);
let n = 0;
const converted: OutreachEvent = {
  type: 'ConversionReported',
  data: {
    ...{ conversionKey: '0197a000-0000-5000-8000-000000000001', kind: 'purchase', attribution: 'named' },
    ...{ occurredAt: at(200), at: at(210) },
  },
};

type Told = (story: ReturnType<typeof emailStory>) => readonly OutreachEvent[];
const sent: Told = (s) => [...s.intake, s.started(), s.accepted()];
const then =
  (...facts: ['delivered' | 'opened' | 'replied' | 'bounced' | 'unsubscribed' | 'resubscribed', number][]): Told =>
  (s) => [...sent(s), ...facts.map(([fact, second]) => s.fact(fact, second))];

/** One person each, with what was done about them. */
const people: readonly (readonly [status: string, ...Told[]])[] = [
  ['not_contacted', (s) => [s.requested, s.refused('dedup', 'duplicate_content')]],
  ['scheduled', (s) => s.intake, (s) => [s.requested, s.refused('budget', 'exhausted')]],
  ['contacted', sent, then(['bounced', 110])],
  ['unreachable', then(['bounced', 110]), (s) => [...s.intake, s.skipped('paused'), s.settled('skipped')]],
  ['reached', then(['delivered', 110]), then(['bounced', 120])],
  ['engaged', then(['delivered', 110], ['opened', 140]), sent],
  ['responded', then(['replied', 150])],
  ['converted', (s) => [...then(['delivered', 110], ['replied', 150])(s), converted], sent],
  ['opted_out', then(['replied', 150]), then(['unsubscribed', 160])],
  ['reached', then(['delivered', 110], ['unsubscribed', 160], ['resubscribed', 170])],
];

beforeAll(async () => {
  database = await makeReadDatabase();
  const store = new Store();
  people.forEach(([, ...told], index) => {
    for (const tell of told) {
      const story = emailStory({ n: (n += 1), tenant: 1, personId: person(index) });
      store.append(story.stream, tenantId, ...tell(story));
    }
  });
  const stranger = emailStory({ n: (n += 1), tenant: 2, personId: person(0) });
  store.append(stranger.stream, tenantOf(2), ...sent(stranger));
  await project(database.connect('system'), store.events);
});
afterAll(() => database.drop());

describe('leads', () => {
  it('stand as far as they have come, in the order of their ids, page by page', async () => {
    const queries = createTenantQueries(database.connect('api'));
    const all = await queries.listLeads({ tenantId, limit: 50 });
    expect(all.rows.map((row) => [row.leadId, row.status])).toEqual(
      people.map(([status], index) => [person(index), status]),
    );
    expect(all.nextCursor).toBeUndefined();
    const first = await queries.listLeads({ tenantId, limit: 7 });
    const second = await queries.listLeads({ tenantId, limit: 7, cursor: first.nextCursor! });
    expect([...first.rows, ...second.rows]).toEqual(all.rows);
    expect(second.nextCursor).toBeUndefined();
    const reached = await queries.listLeads({ tenantId, status: 'reached', limit: 1 });
    expect(reached.rows.map((row) => row.leadId)).toEqual([person(4)]);
    const more = { tenantId, status: 'reached' as const, limit: 1, cursor: reached.nextCursor! };
    expect((await queries.listLeads(more)).rows.map((row) => row.leadId)).toEqual([person(9)]);
    await expect(queries.listLeads({ tenantId, limit: 1, cursor: 'W10' })).rejects.toThrow(InvalidCursorError);
  });

  it('say when they were last written to, how often, and what came of it', async () => {
    const queries = createTenantQueries(database.connect('analyst'));
    expect(await queries.findLead(tenantId, person(5))).toMatchObject({
      ...{ outreach: 2n, attempts: 2n, conversions: 0n, lastRespondedAt: null, nextOutreachAt: null },
      ...{ firstOutreachAt: at(101), lastOutreachAt: at(101), lastDeliveredAt: at(110), lastEngagedAt: at(140) },
    });
    expect(await queries.findLead(tenantId, person(7))).toMatchObject({ outreach: 2n, conversions: 1n });
    expect(await queries.findLead(tenantId, person(1))).toMatchObject({
      ...{ outreach: 2n, attempts: 0n, lastOutreachAt: null, nextOutreachAt: expect.any(String) },
    });
  });

  it('are of their own tenant alone', async () => {
    const queries = createTenantQueries(database.connect('api'));
    expect(await queries.findLead(tenantOf(2), person(0))).toMatchObject({ status: 'contacted', outreach: 1n });
    expect(await queries.findLead(tenantOf(2), person(5))).toBeUndefined();
    expect((await queries.listLeads({ tenantId: tenantOf(3), limit: 5 })).rows).toEqual([]);
  });
});
