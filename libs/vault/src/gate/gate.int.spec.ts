import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { CampaignStatus } from '@homing/contracts';
import { startTestVault, type TestVault } from '../database/vault.fixture.js';
import { createRegistry, type Registry } from '../registry/registry.js';
import { createSuppressionStore } from '../suppression/suppression.store.js';
import { createConsentStore } from '../consent/consent.store.js';
import type { ConsentEntry } from '../consent/consent.types.js';
import { createGateReader } from './gate.reader.js';
import type { GateQuestion, GateReader } from './gate.types.js';

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

  it('asks what the person allows, by channel and purpose, and by the clock of now', async () => {
    const store = createConsentStore(vault.as('vault_intake'));
    const ids = { granted: randomUUID(), expired: randomUUID(), withdrawn: randomUUID() };
    const at = '2026-05-01T10:00:00.000Z';
    const row = (fingerprint: string, word: Partial<ConsentEntry> & Pick<ConsentEntry, 'kind' | 'consentId'>) => ({
      ...({ tenantId, fingerprint, channel: 'sms', purpose: 'marketing', revision: 4n } as const),
      words: [{ at, source: 'form', evidence: 'E', ...word } as const],
    });
    const past = new Date(Date.now() - 60_000).toISOString();
    const future = new Date(Date.now() + 3_600_000).toISOString();
    await store.saveConsents([
      row('granted', { kind: 'granted', consentId: ids.granted, validUntil: future }),
      row('expired', { kind: 'granted', consentId: ids.expired, validUntil: past }),
      row('withdrawn', { kind: 'withdrawn', consentId: ids.withdrawn }),
    ]);
    const asks = (
      fingerprint: string,
      required: boolean,
      over: Partial<GateQuestion['consent']> = {},
    ): GateQuestion => ({
      ...{ tenantId, fingerprint },
      consent: { channel: 'sms', purpose: 'marketing', required, ...over },
    });
    expect(
      await gate.ask([
        asks('granted', true),
        asks('expired', true),
        asks('expired', false),
        asks('withdrawn', false),
        asks('never', true),
        asks('never', false),
        asks('granted', true, { channel: 'whatsapp' }),
        asks('granted', true, { purpose: 'transactional' }),
        { ...asks('granted', true), tenantId: randomUUID() },
        { tenantId, fingerprint: 'withdrawn' },
      ]),
    ).toEqual([
      { kind: 'open', contactRevision: '4', consentId: ids.granted },
      { kind: 'no_consent', reason: 'consent_expired' },
      { kind: 'open', contactRevision: '4' },
      { kind: 'no_consent', reason: 'consent_withdrawn' },
      { kind: 'no_consent', reason: 'consent_missing' },
      { kind: 'open' },
      { kind: 'no_consent', reason: 'consent_missing' },
      { kind: 'no_consent', reason: 'consent_missing' },
      { kind: 'no_consent', reason: 'consent_missing' },
      { kind: 'open' },
    ]);
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
