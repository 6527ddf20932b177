// The real routes; parts that refuse whatever would write, publish or ask.
import { afterEach, describe, expect, it } from '@jest/globals';
import type { TenantSettings } from '@homing/contracts';
import type { RunningService } from '@homing/service-kit';
import { asJson, fakeParts, startApi, TENANT } from '../api.fixture.js';
import { faultsAgainst } from '../describe/conformance.fixture.js';
import { SimulationDesk } from './simulation.desk.js';
import { FROM, pagesOf, pastRow, TO } from './past.fixture.js';

const tenant = { id: TENANT, name: 'T', status: 'active' as const, sender: null, settings: {}, settingsVersion: 3 };
const campaign = {
  ...{ id: 'c1f2c8e0-6c0e-4b43-9d0c-000000000003', tenantId: TENANT, campaignId: 'spring', name: 'Spring' },
  ...{ status: 'active' as const, currency: 'EUR', settings: {}, settingsVersion: 1, createdAt: FROM },
};
let service: RunningService | undefined;
afterEach(() => service?.stop());

type Decisions = ReturnType<typeof pagesOf>;
async function start(decisions: Decisions, settings: TenantSettings = {}): Promise<void> {
  const fakes = fakeParts();
  const registry = {
    ...fakes.parts.registry,
    readTenant: async () => ({ ...tenant, settings }),
    readCampaign: async () => campaign,
    findCampaignsById: async (refs: readonly unknown[]) => refs.map(() => campaign),
  };
  const queries = { ...fakes.parts.queries, decisions };
  service = await startApi({ ...fakes, parts: { ...fakes.parts, registry, queries } });
}
async function simulate(body: unknown, signal?: AbortSignal) {
  const answer = await fetch(`${service?.url}/api/v1/policies/simulate`, {
    ...{ method: 'POST', headers: asJson, body: JSON.stringify(body) },
    ...(signal ? { signal } : {}),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}
const rows = Array.from({ length: 8 }, (_, n) => pastRow({ n, tenantId: TENANT }));
const faults = ({ body }: { body: Record<string, unknown> }) =>
  (body['errors'] as { field: string; code: string }[]).map(({ field, code }) => `${field}:${code}`);

describe('POST /policies/simulate', () => {
  it('says who would have been contacted, which caps would have refused, and what it cannot know', async () => {
    await start(pagesOf(rows));
    const { status, body } = await simulate({
      policy: { caps: { perDay: 1, perWeek: null } },
      from: FROM,
      to: TO,
      examples: 2,
    });
    expect(status).toBe(200);
    expect(faultsAgainst('SimulationResult', body)).toEqual([]);
    expect(body).toMatchObject({
      complete: true,
      decisions: 8,
      replayed: 8,
      then: { contacted: 8, refused: 0, people: 2, byChannel: { email: 8 } },
      now: { contacted: 2, refused: 6, refusals: [{ step: 'frequency_cap', reason: 'cap_1_in_24_h', count: 6 }] },
      changes: { same: 2, refused_now: 6 },
      limits: [{ reason: 'cap_1_in_24_h', then: 0, now: 6, people: 2 }],
      policyVersions: [{ version: 'default-4', count: 8 }],
    });
    expect(body['examples']).toHaveLength(2);
  });

  it('fills its books with what was sent before the period, and counts none of it', async () => {
    await start(pagesOf(rows));
    const { body } = await simulate({ policy: { caps: { perDay: 3 } }, from: rows[4]!.decidedAt, to: TO });
    expect(body).toMatchObject({ decisions: 4, now: { contacted: 2, refused: 2 } });
  });

  it('keeps what PUT /policies would leave: the channels and sequences a candidate says nothing of', async () => {
    await start(pagesOf(rows), { channels: { email: { maxPerPerson: 1 } } });
    const { body } = await simulate({ policy: { caps: { perDay: null, perWeek: null } }, from: FROM, to: TO });
    expect(body).toMatchObject({ now: { contacted: 2, refused: 6 } });
    const freed = { caps: { perDay: null, perWeek: null }, channels: {} };
    expect((await simulate({ policy: freed, from: FROM, to: TO })).body).toMatchObject({ now: { contacted: 8 } });
  });

  it('moves what quiet hours hold back', async () => {
    await start(pagesOf(rows));
    const policy = { caps: { perDay: null, perWeek: null }, quietHours: { from: '07:00', to: '11:00' } };
    const { body } = await simulate({ policy, from: FROM, to: TO });
    expect(body).toMatchObject({
      changes: { moved: 8 },
      moved: {
        earlier: 0,
        later: 8,
        byHours: [
          { hours: 2, count: 7 },
          { hours: 3, count: 1 },
        ],
      },
    });
    expect(body['cannotKnow']).toMatchObject([{ code: 'fate_of_moved', count: 8 }]);
  });

  it('answers the same for the same', async () => {
    await start(pagesOf(rows));
    const ask = { policy: { caps: { perDay: 2 } }, from: FROM, to: TO };
    expect(await simulate(ask)).toEqual(await simulate(ask));
  });

  it('stops at the limit and says where to go on', async () => {
    await start(pagesOf(rows));
    const { body } = await simulate({ policy: {}, from: FROM, to: TO, limit: 5 });
    expect(body).toMatchObject({ complete: false, decisions: 5, nextFrom: rows[5]!.decidedAt });
  });

  it('simulates one campaign alone, and holds the others as they happened', async () => {
    const mixed = rows.map((row, n) => (n % 4 < 2 ? row : pastRow({ n, tenantId: TENANT, campaignKey: campaign.id })));
    await start(pagesOf(mixed));
    const { body } = await simulate({
      policy: { dailyLimit: 1, caps: { perDay: null } },
      campaignId: 'spring',
      from: FROM,
      to: TO,
    });
    expect(body).toMatchObject({
      ...{ decisions: 4, ofOtherCampaigns: 4, campaignId: 'spring' },
      now: { contacted: 1, refusals: [{ step: 'daily_limit', reason: 'daily_limit_reached', count: 3 }] },
    });
  });

  it('counts as they happened the decisions whose inputs were not recorded', async () => {
    const [first, ...rest] = rows.map(({ record: { inputs: _none, ...record }, ...row }) => ({ ...row, record }));
    await start(pagesOf([first!, ...rest]));
    const { body } = await simulate({ policy: { caps: { perDay: 1 } }, from: FROM, to: TO });
    expect(body).toMatchObject({
      replayed: 0,
      changes: { same: 8 },
      cannotKnow: [{ code: 'inputs_not_recorded', count: 8 }],
    });
  });

  it('refuses a candidate as PUT /policies does, and a period that is none, naming each field', async () => {
    await start(pagesOf([]));
    const impossible = { policy: { caps: { perDay: -1 }, colour: 1 }, from: FROM, to: TO };
    expect(faults(await simulate(impossible))).toEqual(['policy.colour:unknown_field', 'policy.caps.perDay:min']);
    expect(faults(await simulate({ policy: {}, from: TO, to: FROM }))).toEqual(['to:not_after']);
    expect(faults(await simulate({ policy: {}, from: 'yesterday', to: TO }))).toEqual(['from:malformed']);
    for (const none of ['0000-01-01T00:00:00Z', '2026-02-30T00:00:00Z', '9999-12-31T23:59:00-01:00'])
      expect(faults(await simulate({ policy: {}, from: FROM, to: none }))).toEqual(['to:malformed']);
    const channels = { sms: { enabled: true } };
    expect(faults(await simulate({ policy: { channels }, from: FROM, to: TO }))).toEqual([
      'policy.channels.sms.enabled:not_installed',
    ]);
    expect(faults(await simulate({ policy: { caps: { constructor: 1 } }, from: FROM, to: TO }))).toEqual([
      'policy.caps.constructor:reserved_name',
    ]);
    expect(faults(await simulate({ policy: { dailyLimit: 1 }, from: FROM, to: TO }))).toEqual([
      'policy.dailyLimit:unknown_field',
    ]);
    expect(faults(await simulate({ from: FROM, to: TO, limit: 100_001 }))).toEqual(
      expect.arrayContaining(['limit:max']),
    );
  });

  it('runs one at a time for a tenant, and ends with its caller', async () => {
    let reached: () => void = () => {};
    let release: () => void = () => {};
    const arrived = new Promise<void>((resolve) => (reached = resolve));
    const held = new Promise<void>((resolve) => (release = resolve));
    const page = pagesOf(rows);
    let asked = 0;
    await start(async (wanted) => {
      asked += 1;
      reached();
      await held;
      return page(wanted);
    });
    const gone = new AbortController();
    const ask = { policy: {}, from: FROM, to: TO };
    const first = simulate(ask, gone.signal).catch(() => 'gone');
    await arrived;
    expect(await simulate(ask)).toMatchObject({ status: 409, body: { type: 'urn:homing:problem:simulation_running' } });
    gone.abort();
    expect(await first).toBe('gone');
    release();
    // It gives its place up without reading on.
    for (let next = await simulate(ask); next.status !== 200; next = await simulate(ask)) expect(next.status).toBe(409);
    expect(asked).toBeGreaterThanOrEqual(3);
  });

  it('runs few at once for all tenants together, and says when to come again', async () => {
    let release: () => void = () => {};
    const held = new Promise<never[]>((resolve) => (release = () => resolve([])));
    const { parts } = fakeParts();
    const registry = { ...parts.registry, readTenant: async () => tenant };
    const desk = new SimulationDesk({ ...parts, registry, queries: { ...parts.queries, decisions: () => held } });
    const ask = (n: number) => {
      const caller = { keyId: 'k1', tenantId: TENANT.replace(/.$/, String(n)), scopes: [] };
      return desk.run(caller, { policy: {}, from: FROM, to: TO }, new AbortController().signal);
    };
    const taken = [ask(1), ask(2)];
    await expect(ask(3)).rejects.toMatchObject({ code: 'too_many_requests', details: { retryAfter: 5 } });
    release();
    await expect(Promise.all(taken)).resolves.toHaveLength(2);
    await expect(ask(3)).resolves.toMatchObject({ complete: true, decisions: 0 });
  });
});
