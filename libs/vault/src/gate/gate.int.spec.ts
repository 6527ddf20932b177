import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { CampaignStatus } from '@homing/contracts';
import { startTestVault, type TestVault } from '../database/vault.fixture.js';
import { createRegistry, type Registry } from '../registry/registry.js';
import { createSuppressionStore } from '../suppression/suppression.store.js';
import { createGateReader } from './gate.reader.js';
import type { GateReader } from './gate.types.js';

let vault: TestVault;
let owner: Registry;
let gate: GateReader;
let scheduler: GateReader;
let tenantId: string;

beforeAll(async () => {
  vault = await startTestVault();
  owner = createRegistry({ db: vault.as('owner'), access: 'system' });
  gate = createGateReader(vault.as('vault_open'));
  scheduler = createGateReader(vault.as('vault_intake'));
});
afterAll(() => vault?.close());
beforeEach(async () => void (tenantId = (await owner.createTenant({ actor: 'test', name: 'T' })).id));

const put = (campaignId: string, status: CampaignStatus) =>
  owner.putCampaign({ actor: 'test', tenantId, campaignId, name: campaignId, currency: 'EUR', status });

describe('the gate', () => {
  it('lets one reason pass where it is asked to, and none beside it', async () => {
    const since = '2026-05-01T10:00:00.000Z';
    const of = (fingerprint: string) => ({ tenantId, fingerprint, channel: 'sms' as const, revision: 0n });
    const store = createSuppressionStore(vault.as('vault_intake'));
    await store.saveContacts([
      { ...of('left'), reasons: [{ reason: 'unsubscribe', since }] },
      {
        ...of('both'),
        reasons: [
          { reason: 'unsubscribe', since },
          { reason: 'complaint', since },
        ],
      },
    ]);
    const asked = ['left', 'both'].map((fingerprint) => ({ tenantId, fingerprint, despite: 'unsubscribe' as const }));
    expect(await gate.ask(asked)).toEqual([
      { kind: 'open', contactRevision: '0' },
      { kind: 'suppressed', reason: 'complaint' },
    ]);
    expect(await store.suppressedContacts([...asked, { tenantId, fingerprint: 'left' }])).toEqual([
      undefined,
      'complaint',
      'unsubscribe',
    ]);
  });

  it('answers each message in the order asked, by its campaign and its address', async () => {
    const [active, paused, stopped] = await Promise.all([put('a', 'active'), put('p', 'paused'), put('s', 'stopped')]);
    const since = '2026-05-01T10:00:00.000Z';
    const held = { tenantId, fingerprint: 'held', channel: 'email' as const, revision: 0n };
    await createSuppressionStore(vault.as('vault_intake')).saveContacts([
      { ...held, reasons: [{ reason: 'unsubscribe', since }] },
      { ...held, fingerprint: 'freed', reasons: [] },
    ]);
    const of = (campaignKey?: string, fingerprint = 'f') => ({
      tenantId,
      fingerprint,
      ...(campaignKey ? { campaignKey } : {}),
    });
    expect(
      await gate.ask([
        of(stopped.id),
        of(active.id),
        of(paused.id),
        of(),
        of(active.id, 'held'),
        of(active.id, 'freed'),
        of(paused.id, 'held'),
        of(randomUUID()),
        { ...of(active.id), tenantId: randomUUID() },
      ]),
    ).toEqual([
      { kind: 'stopped' },
      { kind: 'open' },
      { kind: 'paused' },
      { kind: 'open' },
      { kind: 'suppressed', reason: 'unsubscribe' },
      { kind: 'open', contactRevision: '0' },
      { kind: 'suppressed', reason: 'unsubscribe' },
      { kind: 'campaign_missing' },
      { kind: 'campaign_missing' },
    ]);
    expect(await gate.ask([])).toEqual([]);
  });

  it('tells which campaigns rest', async () => {
    const [active, paused] = await Promise.all([put('a', 'active'), put('p', 'paused')]);
    const refs = [active, paused, paused].map(({ id }) => ({ tenantId, campaignKey: id }));
    expect(await scheduler.restingCampaigns(refs)).toMatchObject([{ campaignKey: paused.id, status: 'paused' }]);
  });

  it('tells when a campaign was last paused or resumed, and nothing of other changes', async () => {
    const { id } = await put('a', 'active');
    const changedAt = async () =>
      (await scheduler.statusesSetWithin(60_000)).find(({ campaignKey }) => campaignKey === id)?.changedAt ?? '';
    const made = await changedAt();
    await owner.putCampaign({ actor: 'test', tenantId, campaignId: 'a', name: 'Renamed', currency: 'EUR' });
    expect(await changedAt()).toBe(made);
    await put('a', 'paused');
    expect(Date.parse(await changedAt())).toBeGreaterThan(Date.parse(made));
    expect(await scheduler.statusesSetWithin(0)).toEqual([]);
  });
});
