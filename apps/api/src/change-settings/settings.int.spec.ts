// Over real stores: what is answered stands in the vault, with its entry in the audit trail.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { withTenant } from '@homing/vault/registry';
import { type ApiStack, startApiStack, type TestTenant } from '../api.stack.fixture.js';
import { faultsAgainst } from '../describe/conformance.fixture.js';

let stack: ApiStack;
let tenant: TestTenant;

beforeAll(async () => void (stack = await startApiStack()));
afterAll(() => stack.stop());
beforeEach(async () => void (tenant = await stack.newTenant()));

async function ask(method: string, path: string, body?: unknown, key = tenant.key) {
  const answer = await fetch(`${stack.service.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
}
const faultsOf = ({ body }: { body: Record<string, unknown> }) =>
  ((body['errors'] ?? []) as { field: string; code: string }[]).map(({ field, code }) => `${field}:${code}`);
const typeOf = ({ status, body }: { status: number; body: Record<string, unknown> }) => [
  status,
  String(body['type']).replace('urn:homing:problem:', ''),
];
const spring = { campaignId: 'spring / summer', name: 'Spring', settings: { dailyLimit: 40 } };
const place = `/campaigns/${encodeURIComponent(spring.campaignId)}`;
const trail = async () =>
  (
    await withTenant(stack.vault.as('vault_api'), tenant.tenantId, (trx) =>
      sql<{
        actor: string;
        action: string;
      }>`select actor, action from registry.audit where action not like 'tenant.create'
        and action not like 'api_key%' order by id`.execute(trx),
    )
  ).rows;

describe('campaigns', () => {
  it('are created once: the same again answers what stands', async () => {
    const first = await ask('POST', '/campaigns', spring);
    expect(first).toMatchObject({
      status: 201,
      body: { ...spring, status: 'active', currency: 'EUR', settingsVersion: 1 },
    });
    expect(faultsAgainst('Campaign', first.body)).toEqual([]);
    expect(first.headers.get('location')).toBe(`/api/v1${place}`);
    const again = await ask('POST', '/campaigns', { ...spring, name: 'Other' });
    expect(again).toMatchObject({ status: 200, body: first.body });
    expect(await ask('GET', place)).toMatchObject({ status: 200, body: first.body });
    expect(await trail()).toEqual([{ actor: expect.stringMatching(/^key:[0-9a-f]{16}$/), action: 'campaign.create' }]);
  });

  it('show what is in force: their own settings before the tenant’s before the product’s', async () => {
    await ask('PUT', '/policies', { caps: { perDay: 5, perWeek: null } });
    const caps = { perWeek: 7, channels: { email: { perDay: 1 } } };
    const settings = { caps, dedupHours: null, timeZone: 'Europe/Berlin', budget: { perDayMicros: 5 } };
    const { body } = await ask('POST', '/campaigns', { campaignId: 'c', settings });
    expect(body['effective']).toEqual({
      budget: { totalMicros: null, perDayMicros: 5, channels: {} },
      caps: { perDay: 5, perWeek: 7, channels: { email: { perDay: 1, perWeek: null } } },
      consent: { required: { sms: 'marketing', whatsapp: 'always' } },
      dedupHours: null,
      dailyLimit: null,
      whenDailyLimitReached: 'refuse',
      ...{
        sendTime: 'asap',
        quietHours: null,
        windows: null,
        timeZone: 'Europe/Berlin',
        preferredHours: [],
        spacing: null,
      },
      weights: { customerType: 0.3, engagement: 0.3, device: 0.2, urgency: 0.1, timeOfDay: 0.1 },
      channelPriority: [],
      exploration: 0,
    });
    const plain = await ask('POST', '/campaigns', { campaignId: 'plain' });
    expect(plain.body['effective']).toMatchObject({
      caps: { perDay: 5, perWeek: null },
      dedupHours: 24,
      timeZone: 'UTC',
    });
  });

  it('say when people may be contacted, where nothing says otherwise as the tenant does', async () => {
    const quietHours = { from: '21:00', to: '08:00' };
    const windows = [{ days: ['mon', 'tue'], from: '09:00', to: '17:00' }];
    const policies = await ask('PUT', '/policies', { quietHours, sendTime: 'best_practice', timeZone: 'Asia/Kolkata' });
    expect(policies.body).toMatchObject({
      quietHours,
      effective: { quietHours, windows: null, sendTime: 'best_practice' },
    });
    expect(faultsAgainst('Policies', policies.body)).toEqual([]);
    const { body } = await ask('POST', '/campaigns', { campaignId: 'c', settings: { windows, sendTime: 'asap' } });
    expect(body['effective']).toMatchObject({ sendTime: 'asap', quietHours, windows, timeZone: 'Asia/Kolkata' });
    expect(faultsAgainst('Campaign', body)).toEqual([]);
    expect((await ask('GET', '/budgets/c')).body).toMatchObject({ timeZone: 'Asia/Kolkata' });
    const off = await ask('PATCH', '/campaigns/c', { settings: { quietHours: null, windows } });
    expect(off.body['effective']).toMatchObject({ sendTime: 'best_practice', quietHours: null });
    const never = { settings: { windows: [{ from: '22:00', to: '23:00' }] } };
    expect(faultsOf(await ask('PATCH', '/campaigns/c', never))).toEqual(['settings.windows:always_quiet']);
  });

  it('are changed as a whole, on the version that was read', async () => {
    await ask('POST', '/campaigns', spring);
    const changed = await ask('PATCH', place, { settings: { caps: { perDay: 1 } }, settingsVersion: 1 });
    expect(changed).toMatchObject({ status: 200, body: { settings: { caps: { perDay: 1 } }, settingsVersion: 2 } });
    const late = await ask('PATCH', place, { settings: {}, settingsVersion: 1 });
    expect(typeOf(late)).toEqual([409, 'outdated']);
    expect(late.body['detail']).toContain('version 2');
    expect((await ask('PATCH', place, { name: 'Renamed' })).body).toMatchObject({
      name: 'Renamed',
      settingsVersion: 2,
    });
  });

  it('are paused and resumed, and stay stopped', async () => {
    await ask('POST', '/campaigns', spring);
    for (const status of ['paused', 'active', 'stopped'])
      expect(await ask('PATCH', `${place}/status`, { status })).toMatchObject({ status: 200, body: { status } });
    expect(typeOf(await ask('PATCH', `${place}/status`, { status: 'active' }))).toEqual([409, 'campaign_stopped']);
    expect((await trail()).map(({ action }) => action)).toEqual([
      'campaign.create',
      'campaign.status',
      'campaign.status',
      'campaign.status',
    ]);
  });

  it('are listed by page and status', async () => {
    for (const campaignId of ['a', 'b', 'c']) await ask('POST', '/campaigns', { campaignId });
    await ask('PATCH', '/campaigns/b/status', { status: 'paused' });
    const first = await ask('GET', '/campaigns?limit=2');
    expect(faultsAgainst('CampaignPage', first.body)).toEqual([]);
    const names = ({ body }: { body: Record<string, unknown> }) =>
      (body['items'] as { campaignId: string }[]).map((item) => item.campaignId);
    expect(names(first)).toEqual(['c', 'b']);
    expect(names(await ask('GET', `/campaigns?limit=2&cursor=${String(first.body['nextCursor'])}`))).toEqual(['a']);
    expect(names(await ask('GET', '/campaigns?status=paused'))).toEqual(['b']);
    expect(faultsOf(await ask('GET', '/campaigns?status=resting'))).toEqual(['status:unknown_status']);
    expect(faultsOf(await ask('GET', '/campaigns?cursor=x'))).toEqual(['cursor:malformed']);
  });

  it.each<[string, unknown, string[]]>([
    ['no id', {}, ['campaignId:isLength']],
    [
      'money with a fraction',
      { campaignId: 'x', settings: { budget: { totalMicros: 0.5 } } },
      ['settings.budget.totalMicros:isInt'],
    ],
    ['less than nothing', { campaignId: 'x', settings: { dailyLimit: -1 } }, ['settings.dailyLimit:min']],
    [
      'weights that are not 1 together',
      {
        campaignId: 'x',
        settings: { weights: { customerType: 0.3, engagement: 0.3, device: 0.3, urgency: 0.1, timeOfDay: 0.1 } },
      },
      ['settings.weights:sumsToOne'],
    ],
    ['an unknown zone', { campaignId: 'x', settings: { timeZone: 'Mars/Olympus' } }, ['settings.timeZone:isTimeZone']],
    ['an unknown field', { campaignId: 'x', settings: { limit: 1 } }, ['settings.limit:unknown_field']],
    ['another unknown field', { campaignId: 'x', tenantId: 'y' }, ['tenantId:unknown_field']],
    ['no currency', { campaignId: 'x', currency: 'euro' }, ['currency:matches']],
    ['settings that are a list', { campaignId: 'x', settings: [] }, ['settings:isObject']],
  ])('are refused with %s, naming the field', async (_what, body, faults) => {
    const answer = await ask('POST', '/campaigns', body);
    expect([answer.status, faultsOf(answer)]).toEqual([422, faults]);
  });

  it('of another tenant are not there, and need a key that may', async () => {
    await ask('POST', '/campaigns', spring);
    const stranger = await stack.newTenant();
    for (const [method, path, body] of [
      ['GET', place, undefined],
      ['PATCH', place, { name: 'Mine' }],
      ['PATCH', `${place}/status`, { status: 'stopped' }],
      ['GET', `/budgets/${encodeURIComponent(spring.campaignId)}`, undefined],
    ] as const)
      expect((await ask(method, path, body, stranger.key)).status).toBe(404);
    expect((await ask('GET', '/campaigns/a%00b')).status).toBe(404);
    const reader = await tenant.keyWith(['campaigns:read']);
    expect((await ask('GET', place, undefined, reader)).status).toBe(200);
    expect(typeOf(await ask('PATCH', place, { name: 'N' }, reader))).toEqual([403, 'missing_scope']);
  });
});

describe('policies', () => {
  it('can be read, changed and sent back', async () => {
    const before = await ask('GET', '/policies');
    expect(before.body).toMatchObject({
      settingsVersion: 0,
      effective: {
        caps: { perDay: 3, perWeek: 10 },
        dedupHours: 24,
        prices: { email: { micros: 0, currency: 'EUR' } },
      },
    });
    expect(faultsAgainst('Policies', before.body)).toEqual([]);
    const wanted = { ...before.body, caps: { perDay: null }, prices: { email: { micros: 900, currency: 'EUR' } } };
    const after = await ask('PUT', '/policies', wanted);
    expect(after.body).toMatchObject({
      caps: { perDay: null },
      settingsVersion: 1,
      effective: { caps: { perDay: null, perWeek: 10 }, prices: { email: { micros: 900 } } },
    });
    expect(faultsAgainst('Policies', after.body)).toEqual([]);
    expect(typeOf(await ask('PUT', '/policies', wanted))).toEqual([409, 'outdated']);
    expect((await ask('PUT', '/policies', {})).body).not.toHaveProperty('caps');
  });

  it.each<[string, unknown, string[]]>([
    ['a price below nothing', { prices: { email: { micros: -1, currency: 'EUR' } } }, ['prices.email.micros:min']],
    ['a channel nobody knows', { prices: { pigeon: { micros: 1, currency: 'EUR' } } }, ['prices.pigeon:unknown_field']],
    ['a list', [], [':not_an_object']],
    ['a version that is none', { settingsVersion: 'x' }, ['settingsVersion:isInt']],
  ])('are refused with %s', async (_what, body, faults) =>
    expect(faultsOf(await ask('PUT', '/policies', body))).toEqual(faults),
  );

  it('and budgets are of one currency', async () => {
    await ask('POST', '/campaigns', { campaignId: 'usd', currency: 'USD', settings: { budget: { totalMicros: 5 } } });
    const priced = { prices: { email: { micros: 900, currency: 'EUR' } } };
    expect(faultsOf(await ask('PUT', '/policies', priced))).toEqual(['prices.email.currency:currency_mismatch']);
    await ask('PATCH', '/campaigns/usd', { settings: {} });
    expect((await ask('PUT', '/policies', priced)).status).toBe(200);
    const refused = await ask('PATCH', '/campaigns/usd', { settings: { budget: { totalMicros: 5 } } });
    expect(faultsOf(refused)).toEqual(['settings.budget:currency_mismatch']);
  });
});

describe('budgets', () => {
  it('show the limits that stand, and what the books say of them', async () => {
    const budget = { totalMicros: 5_000_000, perDayMicros: 1_000_000 };
    await ask('POST', '/campaigns', { campaignId: 'rich', settings: { budget, dailyLimit: 9 } });
    await ask('POST', '/campaigns', { campaignId: 'plain' });
    const campaign = await stack.registry.readCampaign({ tenantId: tenant.tenantId, campaignId: 'rich' });
    const today = new Date().toISOString().slice(0, 10);
    const db = stack.read.connect('system').db;
    const row = { tenantId: tenant.tenantId, campaignKey: campaign?.id ?? '', limitVersion: 2, updatedPosition: 1n };
    const money = { ...row, kind: 'money' as const, limitAmount: 5_000_000n, variance: 0n };
    await db
      .insertInto('ledgerBalances')
      .values([
        { ...money, stream: `b-${row.campaignKey}`, day: null, reserved: 2_000n, spent: 7_000n },
        {
          ...money,
          stream: `b-${row.campaignKey}.d`,
          day: today,
          reserved: 0n,
          spent: 7_000n,
          limitAmount: 1_000_000n,
        },
        {
          ...row,
          stream: `q-${row.campaignKey}.d`,
          kind: 'message',
          day: today,
          limitAmount: 9n,
          reserved: 1n,
          spent: 3n,
          variance: 0n,
        },
      ])
      .execute();
    const list = await ask('GET', '/budgets');
    expect(faultsAgainst('BudgetPage', list.body)).toEqual([]);
    expect(list.body['items']).toEqual([
      {
        campaignId: 'rich',
        currency: 'EUR',
        settingsVersion: 1,
        total: { limitMicros: 5_000_000, reservedMicros: 2_000, spentMicros: 7_000, varianceMicros: 0 },
        perDayLimitMicros: 1_000_000,
        dailyLimit: 9,
        timeZone: 'UTC',
      },
    ]);
    const one = await ask('GET', '/budgets/rich');
    expect(faultsAgainst('Budget', one.body)).toEqual([]);
    expect(one.body).toMatchObject({
      days: [{ day: today, limitMicros: 1_000_000, spentMicros: 7_000 }],
      messages: [{ day: today, limit: 9, reserved: 1, sent: 3 }],
    });
    expect((await ask('GET', '/budgets/plain')).body).toMatchObject({
      total: { limitMicros: null, reservedMicros: 0, spentMicros: 0 },
      days: [],
    });
    expect((await ask('GET', '/budgets/nothing')).status).toBe(404);
  });

  it('show how money is spent against an even rate over its period', async () => {
    const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
    // Yesterday and tomorrow around today: at any hour between a third and two thirds of the period have passed.
    const period = { firstDay: day(-1), lastDay: day(1) };
    await ask('PUT', '/policies', { prices: { email: { micros: 5_000, currency: 'EUR' } } });
    await ask('POST', '/campaigns', {
      campaignId: 'paced',
      settings: { budget: { totalMicros: 3_000_000, period } },
    });
    await ask('POST', '/campaigns', { campaignId: 'unpaced', settings: { budget: { totalMicros: 3_000_000 } } });
    const nothing = await ask('GET', '/budgets/paced/pacing');
    expect(faultsAgainst('Pacing', nothing.body)).toEqual([]);
    expect(nothing.body).toMatchObject({
      ...{ phase: 'running', days: 3, committedMicros: 0, recommendation: 'increase', costPerMessageMicros: 5_000 },
    });
    expect(nothing.body['suggestedDailyLimit']).toBeGreaterThanOrEqual(300);

    const campaign = await stack.registry.readCampaign({ tenantId: tenant.tenantId, campaignId: 'paced' });
    const books = { stream: `b-${campaign?.id}`, day: null, limitAmount: 3_000_000n, limitVersion: 1, variance: 0n };
    const row = { ...books, tenantId: tenant.tenantId, campaignKey: campaign?.id ?? '', updatedPosition: 1n };
    await stack.read
      .connect('system')
      .db.insertInto('ledgerBalances')
      .values([{ ...row, kind: 'money', reserved: 1_000_000n, spent: 1_900_000n }])
      .execute();
    const fast = await ask('GET', '/budgets/paced/pacing');
    expect(fast.body).toMatchObject({ committedMicros: 2_900_000, recommendation: 'reduce', remainingMicros: 100_000 });

    const none = await ask('GET', '/budgets/unpaced/pacing');
    expect(faultsAgainst('Pacing', none.body)).toEqual([]);
    expect(none.body).toMatchObject({
      recommendation: 'none',
      period: null,
      explanation: 'There is no rate to measure against: the campaign sets no budget.period.',
    });
    expect((await ask('GET', '/budgets/nothing/pacing')).status).toBe(404);
  });
});
