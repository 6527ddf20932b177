import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { CampaignSettings, TenantSettings } from '@homing/contracts';
import { withTenant } from '../database/vault.database.js';
import { startTestVault, type TestVault } from '../database/vault.fixture.js';
import { createRegistry, type Registry } from './registry.js';
import type { CampaignChange } from './settings.types.js';

let vault: TestVault;
let owner: Registry;
let api: Registry;
let tenantId: string;
const actor = 'key:k1';

beforeAll(async () => {
  vault = await startTestVault();
  owner = createRegistry({ db: vault.as('owner'), access: 'system' });
  api = createRegistry({ db: vault.as('vault_api'), access: 'tenant' });
});
afterAll(() => vault?.close());
beforeEach(async () => void (tenantId = (await owner.createTenant({ actor, name: 'T' })).id));

const create = (campaignId: string, settings?: CampaignSettings, currency = 'EUR') =>
  api.createCampaign({ actor, tenantId, campaignId, name: campaignId, currency, ...(settings && { settings }) });
const change = (campaignId: string, over: Omit<CampaignChange, 'tenantId' | 'campaignId'>) =>
  api.changeCampaign({ actor, tenantId, campaignId, ...over });
const policies = (settings: TenantSettings, seenVersion?: number) =>
  api.changeTenantSettings({ actor, tenantId, settings, ...(seenVersion === undefined ? {} : { seenVersion }) });
const budget = { budget: { totalMicros: 5_000_000 } };
const priced = (currency: string) => ({
  prices: { email: { micros: 900, currency }, sms: { micros: 0, currency: 'EUR' } },
});
const trail = async () =>
  (
    await withTenant(vault.as('vault_api'), tenantId, (trx) =>
      sql<{ action: string; subject: string }>`select action, subject from registry.audit order by id`.execute(trx),
    )
  ).rows.map(({ action }) => action);

describe('a campaign', () => {
  it('is created once, whoever else creates it', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, (_, i) => create('spring', { dailyLimit: i })));
    expect(all.filter(({ kind }) => kind === 'created')).toHaveLength(1);
    const ids = all.map((each) => ('campaign' in each ? each.campaign.id : ''));
    expect(new Set(ids).size).toBe(1);
    expect(await trail()).toEqual(['tenant.create', 'campaign.create']);
  });

  it('has version 0 without settings, 1 with its first, and one more with each change of them alone', async () => {
    expect(await create('plain')).toMatchObject({ campaign: { settingsVersion: 0, status: 'active' } });
    expect(await create('spring', budget)).toMatchObject({ campaign: { settingsVersion: 1 } });
    expect(await change('spring', { name: 'Renamed' })).toMatchObject({
      kind: 'changed',
      campaign: { settingsVersion: 1 },
    });
    expect(await change('spring', { settings: budget })).toMatchObject({ kind: 'unchanged' });
    expect(await change('spring', { settings: {} })).toMatchObject({
      kind: 'changed',
      campaign: { settingsVersion: 2, settings: {} },
    });
    expect(await trail()).toEqual([
      'tenant.create',
      'campaign.create',
      'campaign.create',
      'campaign.change',
      'campaign.change',
    ]);
  });

  it('is changed on the version that was seen, or not at all', async () => {
    await create('spring');
    const both = await Promise.all(
      [1, 2].map((dailyLimit) => change('spring', { settings: { dailyLimit }, seenVersion: 0 })),
    );
    expect(both.map(({ kind }) => kind).sort()).toEqual(['changed', 'outdated']);
    expect(await change('spring', { settings: {}, seenVersion: 0 })).toEqual({ kind: 'outdated', settingsVersion: 1 });
  });

  it('is paused and resumed, and stays stopped', async () => {
    await create('spring');
    for (const status of ['paused', 'active', 'paused', 'stopped'] as const)
      expect(await change('spring', { status })).toMatchObject({ kind: 'changed', campaign: { status } });
    expect(await change('spring', { status: 'stopped' })).toMatchObject({ kind: 'unchanged' });
    expect(await change('spring', { status: 'active' })).toEqual({ kind: 'stopped' });
    expect(await change('spring', { name: 'Over' })).toMatchObject({ kind: 'changed' });
  });

  it('of another tenant is not there', async () => {
    await create('spring');
    tenantId = (await owner.createTenant({ actor, name: 'Other' })).id;
    expect(await change('spring', { status: 'paused' })).toEqual({ kind: 'missing' });
    expect(await api.listCampaigns({ tenantId, limit: 10 })).toEqual({ items: [] });
  });

  it('is listed with the others by page, newest first, by status and budget', async () => {
    for (const name of ['a', 'b', 'c']) await create(name, name === 'b' ? budget : undefined);
    await change('a', { status: 'paused' });
    const first = await api.listCampaigns({ tenantId, limit: 2 });
    expect(first.items.map(({ campaignId }) => campaignId)).toEqual(['c', 'b']);
    const rest = await api.listCampaigns({ tenantId, limit: 2, cursor: first.nextCursor ?? '' });
    expect(rest).toEqual({ items: [expect.objectContaining({ campaignId: 'a' })] });
    const named = async (filter: object) =>
      (await api.listCampaigns({ tenantId, limit: 10, ...filter })).items.map(({ campaignId }) => campaignId);
    expect(await named({ status: 'paused' })).toEqual(['a']);
    expect(await named({ budgeted: true })).toEqual(['b']);
    await expect(api.listCampaigns({ tenantId, limit: 1, cursor: 'nonsense' })).rejects.toThrow('cursor');
  });
});

describe('a budget and a price', () => {
  it('are of one currency, whichever came first', async () => {
    await policies(priced('USD'));
    const clash = { kind: 'other_currency', channels: ['email'] };
    expect(await create('spring', budget)).toEqual(clash);
    expect((await create('spring', { dailyLimit: 5 })).kind).toBe('created');
    expect(await change('spring', { settings: budget })).toEqual(clash);
    await policies(priced('EUR'));
    expect((await change('spring', { settings: budget })).kind).toBe('changed');
    expect(await policies(priced('USD'))).toEqual(clash);
    await change('spring', { status: 'stopped' });
    expect((await policies(priced('USD'))).kind).toBe('changed');
  });

  it('set at once do not slip past each other', async () => {
    await create('spring');
    const both = await Promise.all([change('spring', { settings: budget }), policies(priced('USD'))]);
    expect(both.map(({ kind }) => kind).sort()).toEqual(['changed', 'other_currency']);
  });
});

describe('a tenant’s settings', () => {
  it('have a version that grows with each change, and are changed on the one that was seen', async () => {
    expect(await policies({ caps: { perDay: 5 } }, 0)).toMatchObject({
      kind: 'changed',
      tenant: { settingsVersion: 1 },
    });
    expect(await policies({ caps: { perDay: 5 } })).toMatchObject({ kind: 'unchanged' });
    expect(await policies({}, 0)).toEqual({ kind: 'outdated', settingsVersion: 1 });
    expect(await api.findTenant(tenantId)).toMatchObject({ settings: { caps: { perDay: 5 } }, settingsVersion: 1 });
    expect(await trail()).toEqual(['tenant.create', 'tenant.settings']);
  });
});
