import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { CampaignSettings } from '@homing/contracts';
import { startTestVault } from '../database/vault.fixture.js';
import type { TestVault } from '../database/vault.fixture.js';
import { withTenant } from '../database/vault.database.js';
import { createRegistry } from './registry.js';
import type { Registry } from './registry.js';

let vault: TestVault;
let owner: Registry;
let api: Registry;
let system: Registry;
const actor = 'test';
let clock = 0;

beforeAll(async () => {
  vault = await startTestVault();
  owner = createRegistry({ db: vault.as('owner'), access: 'system' });
  api = createRegistry({ db: vault.as('vault_api'), access: 'tenant', now: () => clock });
  system = createRegistry({ db: vault.as('vault_intake'), access: 'system', now: () => clock });
});
afterAll(() => vault?.close());

const newTenant = async (): Promise<string> => (await owner.createTenant({ actor, name: 'Sandbox' })).id;
const template = (tenantId: string, text: string) => ({
  actor,
  tenantId,
  templateId: 'intro',
  bodies: { email: { subject: 'Hi', text } },
  variables: ['name'],
});

describe('templates', () => {
  it('get a version per change, keep their id, and never change', async () => {
    const tenantId = await newTenant();
    const one = await api.putTemplate(template(tenantId, 'one'));
    const same = await api.putTemplate(template(tenantId, 'one'));
    const two = await api.putTemplate(template(tenantId, 'two'));
    expect([one.version, same.version, two.version]).toEqual([1, 1, 2]);
    expect(two.id).toBe(one.id);
    expect(await api.findTemplate({ tenantId, templateId: 'intro' })).toEqual(two);
    expect(await api.findTemplate({ tenantId, templateId: 'intro', version: 1 })).toEqual(one);
    const asked = [
      { tenantId, id: one.id, version: 2 },
      { tenantId, id: one.id, version: 3 },
      { tenantId, id: one.id, version: 1 },
    ];
    expect(await system.findTemplateVersions(asked)).toEqual([two, undefined, one]);
    const change = sql`update registry.template set description = 'x' where id = ${one.id}`.execute(vault.as('owner'));
    await expect(change).rejects.toThrow('append-only');
  });

  it('put at once by many writers give one version each', async () => {
    const tenantId = await newTenant();
    const put = await Promise.all(
      Array.from({ length: 8 }, (_, i) => api.putTemplate(template(tenantId, `text ${i}`))),
    );
    expect(put.map((t) => t.version).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(new Set(put.map((t) => t.id)).size).toBe(1);
  });
});

describe('campaigns and tenants', () => {
  it('are found set-wise in the order asked, whatever nonsense stands between', async () => {
    const [a, b] = await Promise.all([newTenant(), newTenant()]);
    const spring = await api.putCampaign({ actor, tenantId: a, campaignId: 'spring', name: 'Spring', currency: 'EUR' });
    const refs = [
      { tenantId: b, campaignId: 'spring' },
      { tenantId: 'no uuid', campaignId: 'spring' },
      { tenantId: a, campaignId: 'sp\u0000ring' },
      { tenantId: a, campaignId: 'spring' },
    ];
    for (const registry of [api, system])
      expect(await registry.findCampaigns(refs)).toEqual([undefined, undefined, undefined, spring]);
    const ids = [
      { tenantId: b, id: spring.id },
      { tenantId: a, id: 'no uuid' },
      { tenantId: a, id: spring.id },
    ];
    for (const registry of [api, system])
      expect(await registry.findCampaignsById(ids)).toEqual([undefined, undefined, spring]);
    expect((await api.findTenants([b, 'x', a])).map((tenant) => tenant?.id)).toEqual([b, undefined, a]);
  });

  it('keep their currency and change name and status', async () => {
    const tenantId = await newTenant();
    const made = await api.putCampaign({ actor, tenantId, campaignId: 'c', name: 'C', currency: 'EUR' });
    const paused = await api.putCampaign({
      actor,
      tenantId,
      campaignId: 'c',
      name: 'C',
      currency: 'USD',
      status: 'paused',
    });
    expect(paused).toEqual({ ...made, status: 'paused' });
    expect(await api.findCampaign({ tenantId, campaignId: 'c' })).toEqual(paused);
  });

  it('carry settings whose version grows by one with each change, and with nothing else', async () => {
    const tenantId = await newTenant();
    const put = (settings?: CampaignSettings, name = 'C') =>
      api.putCampaign({ actor, tenantId, campaignId: 'c', name, currency: 'EUR', ...(settings && { settings }) });
    const spent = { budget: { totalMicros: 5_000_000 }, caps: { perDay: null }, timeZone: 'Europe/Berlin' };
    expect(await put()).toMatchObject({ settings: {}, settingsVersion: 0 });
    expect(await put(spent)).toMatchObject({ settings: spent, settingsVersion: 1 });
    expect(await put({ timeZone: spent.timeZone, caps: spent.caps, budget: spent.budget })).toMatchObject({
      settingsVersion: 1,
    });
    expect(await put(undefined, 'Renamed')).toMatchObject({ settings: spent, settingsVersion: 1 });
    expect(await put({})).toMatchObject({ settings: {}, settingsVersion: 2 });

    const settings = { dedupHours: null, prices: { email: { micros: 900, currency: 'EUR' } } };
    const set = () => api.setTenantSettings({ actor, tenantId, settings });
    expect((await Promise.all([set(), set(), set()])).map((tenant) => tenant?.settingsVersion)).toEqual([1, 1, 1]);
    expect(await api.findTenant(tenantId)).toMatchObject({ settings, settingsVersion: 1 });
  });

  it('carry the sender', async () => {
    const tenantId = await newTenant();
    const sender = { email: 'hello@sandbox.test', name: 'Sandbox', replyTo: null, branding: { company: 'Sandbox' } };
    expect(await api.setSender({ actor, tenantId, sender })).toMatchObject({ id: tenantId, sender });
    expect((await api.findTenant(tenantId))?.sender).toEqual(sender);
    await expect(api.createTenant({ actor, name: 'no right' })).rejects.toMatchObject({ code: '42501' });
  });
});

describe('API keys', () => {
  it('verify until they are revoked or their tenant is suspended', async () => {
    const tenantId = await newTenant();
    const { key, keyId } = await api.createApiKey({
      actor,
      tenantId,
      name: 'k',
      scopes: ['outreach:send'],
      env: 'test',
    });
    expect(await api.verifyApiKey(key)).toEqual({ kind: 'valid', keyId, tenantId, scopes: ['outreach:send'] });
    const last = key.at(-1) === 'A' ? 'B' : 'A';
    for (const wrong of [
      '',
      'hk_',
      key.slice(0, -1) + last,
      key.replace('_test_', '_live_'),
      key.replace(keyId, '0'.repeat(16)),
    ])
      expect(await api.verifyApiKey(wrong)).toEqual({ kind: 'invalid' });
    await owner.setTenantStatus({ actor, tenantId, status: 'suspended' });
    clock += 1001;
    expect(await api.verifyApiKey(key)).toEqual({ kind: 'invalid' });
    await owner.setTenantStatus({ actor, tenantId, status: 'active' });
    clock += 1001;
    expect((await api.verifyApiKey(key)).kind).toBe('valid');
    const stranger = await newTenant();
    expect(await api.revokeApiKey({ actor, tenantId: stranger, keyId })).toBe(false);
    expect(await api.revokeApiKey({ actor, tenantId, keyId })).toBe(true);
    expect(await api.verifyApiKey(key)).toEqual({ kind: 'invalid' });
  });

  it('leave no secret behind, in their table or in the audit trail', async () => {
    const tenantId = await newTenant();
    const { key } = await api.createApiKey({ actor, tenantId, name: 'k', scopes: [], env: 'test' });
    const secret = key.split('_').slice(3).join('_');
    const { rows } = await sql<{
      row: string;
    }>`select k::text as row from registry.api_key k union all select a::text from registry.audit a`.execute(
      vault.as('owner'),
    );
    expect(rows.length).toBeGreaterThan(1);
    for (const { row } of rows)
      for (const spelling of [secret, Buffer.from(secret).toString('hex')]) expect(row).not.toContain(spelling);
  });
});

describe('the cache', () => {
  it('gives an old answer for at most freshForMs after another process wrote', async () => {
    const tenantId = await newTenant();
    const ref = { tenantId, campaignId: 'c' };
    expect(await system.findCampaign(ref)).toBeUndefined();
    const made = await api.putCampaign({ actor, ...ref, name: 'C', currency: 'EUR' });
    expect(await system.findCampaign(ref)).toBeUndefined(); // remembered: so the next line shows the expiry and not a missing cache
    clock += 1001;
    expect(await system.findCampaign(ref)).toEqual(made);
  });

  it('is not disturbed by the use of keys', async () => {
    const tenantId = await newTenant();
    const { key, keyId } = await api.createApiKey({ actor, tenantId, name: 'k', scopes: [], env: 'test' });
    const version = async () =>
      (await sql<{ version: string }>`select version from registry.version`.execute(vault.as('owner'))).rows[0]
        ?.version;
    const before = await version();
    await sql`select registry.touch_api_key(${keyId})`.execute(vault.as('vault_api'));
    expect(await version()).toBe(before);
    expect((await api.verifyApiKey(key)).kind).toBe('valid');
  });
});

describe('the audit trail', () => {
  it('says who changed what, before and after, one entry a change', async () => {
    const tenantId = await newTenant();
    await api.putCampaign({ actor: 'key-1', tenantId, campaignId: 'c', name: 'C', currency: 'EUR' });
    await api.putCampaign({ actor: 'key-2', tenantId, campaignId: 'c', name: 'C', currency: 'EUR', status: 'stopped' });
    await api.putCampaign({ actor: 'key-3', tenantId, campaignId: 'c', name: 'C', currency: 'EUR', status: 'stopped' });
    const { rows } = await withTenant(vault.as('vault_api'), tenantId, (trx) =>
      sql`select actor, action, before->>'status' as before, after->>'status' as after from registry.audit order by id`.execute(
        trx,
      ),
    );
    expect(rows).toEqual([
      { actor: 'test', action: 'tenant.create', before: null, after: 'active' },
      { actor: 'key-1', action: 'campaign.put', before: null, after: 'active' },
      { actor: 'key-2', action: 'campaign.put', before: 'active', after: 'stopped' },
    ]);
  });

  it('cannot be rewritten, not even by the owner', async () => {
    const change = sql`delete from registry.audit where tenant_id = ${await newTenant()}`.execute(vault.as('owner'));
    await expect(change).rejects.toThrow('append-only');
  });

  it('belongs to the write: no entry, no change', async () => {
    const tenantId = await newTenant();
    await expect(
      api.putCampaign({
        actor: null as unknown as string,
        tenantId,
        campaignId: randomUUID(),
        name: 'C',
        currency: 'EUR',
      }),
    ).rejects.toMatchObject({ code: '23502' });
    const { rows } = await sql`select 1 from registry.campaign where tenant_id = ${tenantId}`.execute(
      vault.as('owner'),
    );
    expect(rows).toEqual([]);
  });
});
