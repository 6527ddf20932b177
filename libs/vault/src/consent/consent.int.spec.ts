import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { InvalidCursorError } from '../database/page.cursor.js';
import { startTestVault, type TestVault } from '../database/vault.fixture.js';
import { acceptItem } from '../intake/accept-item.fixture.js';
import { createVaultIntake } from '../intake/vault.intake.js';
import { createConsentStore } from './consent.store.js';
import type { ConsentStore, ConsentView, KeptConsent } from './consent.types.js';
import { createConsentView } from './consent.view.js';

let vault: TestVault;
let store: ConsentStore;
let view: ConsentView;
let tenantId: string;

beforeAll(async () => {
  vault = await startTestVault();
  store = createConsentStore(vault.as('vault_intake'));
  view = createConsentView(vault.as('vault_api'));
});
afterAll(() => vault?.close());
beforeEach(() => void (tenantId = randomUUID()));

const word = (kind: 'granted' | 'withdrawn', second: number, validUntil?: string) => ({
  ...({ kind, consentId: randomUUID(), source: 'form', evidence: 'FORM-1' } as const),
  at: new Date(Date.UTC(2026, 4, 1, 10, 0, second)).toISOString(),
  ...(validUntil === undefined ? {} : { validUntil }),
});
const kept = (fingerprint: string, revision: bigint, ...words: KeptConsent['words']): KeptConsent => ({
  ...({ tenantId, fingerprint, channel: 'sms', purpose: 'marketing', revision } as const),
  words,
});

describe('the register of consent', () => {
  it('stands as the address’s stream was last heard to: repeating, and coming late, change nothing', async () => {
    const [first, second] = [word('granted', 1), word('withdrawn', 2)];
    const later = kept('f', 1n, second, first);
    await store.saveConsents([later, kept('f', 0n, first)]);
    await store.saveConsents([kept('f', 0n, first)]);
    await store.saveConsents([later]);
    const ref = { tenantId, fingerprint: 'f', channel: 'sms', purpose: 'marketing' } as const;
    expect(await store.standingConsents([ref, ref, { ...ref, channel: 'whatsapp' }])).toEqual([
      { ...ref, kind: 'withdrawn', consentId: second.consentId },
    ]);
    expect(await store.standingConsents([])).toEqual([]);
    expect((await view.list({ tenantId, limit: 5 })).items).toEqual([
      {
        ...{ fingerprint: 'f', channel: 'sms', purpose: 'marketing' },
        standing: 'withdrawn',
        since: second.at,
        words: [second, first],
      },
    ]);
  });

  it('is listed latest first, a page at a time, one tenant’s alone', async () => {
    const words = Array.from({ length: 5 }, (_each, i) => kept(`f${i}`, 0n, word('granted', i)));
    await store.saveConsents(words);
    const seen: string[] = [];
    for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
      const page = await view.list({ tenantId, limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.items.map(({ fingerprint }) => fingerprint));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(['f4', 'f3', 'f2', 'f1', 'f0']);
    expect((await view.list({ tenantId: randomUUID(), limit: 5 })).items).toEqual([]);
    await expect(view.list({ tenantId, limit: 2, cursor: 'nonsense' })).rejects.toBeInstanceOf(InvalidCursorError);
  });

  it('is found by what was said and how it stands now, consent that ran out apart', async () => {
    const past = new Date(Date.now() - 1_000).toISOString();
    await store.saveConsents([
      kept('in-force', 0n, word('granted', 1)),
      kept('out', 0n, word('granted', 2, past)),
      kept('gone', 0n, word('withdrawn', 3)),
    ]);
    const of = async (standing: 'granted' | 'withdrawn' | 'expired') =>
      (await view.list({ tenantId, limit: 5, standing })).items.map(({ fingerprint }) => fingerprint);
    expect([await of('granted'), await of('expired'), await of('withdrawn')]).toEqual([
      ['in-force'],
      ['out'],
      ['gone'],
    ]);
    expect((await view.list({ tenantId, limit: 5, channel: 'email' })).items).toEqual([]);
    expect((await view.list({ tenantId, limit: 5, fingerprint: 'gone', purpose: 'marketing' })).items).toHaveLength(1);
  });

  it('is found by the person whose address it is', async () => {
    const { keys, fingerprintKey } = vault;
    const intake = createVaultIntake({ db: vault.as('vault_intake'), ...keys, fingerprintKey });
    const item = acceptItem({ tenantId, recipientId: 'r1', contacts: [['sms', '+4915112345678']] });
    const [accepted] = await intake.acceptRequests([item]);
    if (accepted?.kind !== 'accepted') throw new Error('not accepted');
    const fingerprint = accepted.contacts[0]?.fingerprint ?? '';
    await store.saveConsents([
      kept(fingerprint, 0n, word('granted', 1)),
      kept('somebody-else', 0n, word('granted', 2)),
    ]);
    const { items } = await view.list({ tenantId, personId: accepted.personId, limit: 5 });
    expect(items.map((each) => each.fingerprint)).toEqual([fingerprint]);
  });
});
