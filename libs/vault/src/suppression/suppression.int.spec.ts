import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { withTenant } from '../database/vault.database.js';
import { startTestVault, type TestVault } from '../database/vault.fixture.js';
import { createVaultEraser } from '../erase/vault.eraser.js';
import { acceptItem } from '../intake/accept-item.fixture.js';
import { createVaultIntake } from '../intake/vault.intake.js';
import { createSuppressionStore } from './suppression.store.js';
import type { SuppressedContact, SuppressionStore, SuppressionView } from './suppression.types.js';
import { createSuppressionView } from './suppression.view.js';

let vault: TestVault;
let store: SuppressionStore;
let view: SuppressionView;
let tenantId: string;

beforeAll(async () => {
  vault = await startTestVault();
  store = createSuppressionStore(vault.as('vault_intake'));
  view = createSuppressionView(vault.as('vault_api'));
});
afterAll(() => vault?.close());
beforeEach(() => void (tenantId = randomUUID()));

const since = (second: number): string => new Date(Date.UTC(2026, 4, 1, 10, 0, second)).toISOString();
const contact = (fingerprint: string, over: Partial<SuppressedContact> = {}): SuppressedContact => ({
  tenantId,
  fingerprint,
  channel: 'email',
  mask: `${fingerprint}***`,
  reasons: [{ reason: 'complaint', since: since(1) }],
  revision: 0n,
  ...over,
});
const free = { reasons: [] };
const all = { limit: 100 };

describe('held back addresses', () => {
  it('are found set-wise, in the order asked, of the tenant asked for', async () => {
    const other = randomUUID();
    await store.saveContacts([contact('a'), contact('b', free), contact('a', { tenantId: other, ...free })]);
    const refs = ['b', 'a', 'nobody', 'a'].map((fingerprint) => ({ tenantId, fingerprint }));
    expect(await store.suppressedContacts([...refs, { tenantId: other, fingerprint: 'a' }])).toEqual([
      undefined,
      'complaint',
      undefined,
      'complaint',
      undefined,
    ]);
  });

  it('stand as the furthest revision says, whatever comes late, twice or together', async () => {
    const lifted = contact('a', { ...free, revision: 3n });
    await store.saveContacts([contact('a', { revision: 1n }), lifted, contact('a', { revision: 2n })]);
    await store.saveContacts([contact('a', { revision: 2n })]);
    expect(await store.suppressedContacts([lifted])).toEqual([undefined]);
    await Promise.all([4n, 5n, 6n].map((revision) => store.saveContacts([contact('a', { revision })])));
    await store.saveContacts([lifted]);
    expect(await store.suppressedContacts([lifted])).toEqual(['complaint']);
  });

  it('are listed by page, newest first, masked, by channel and reason, to their tenant only', async () => {
    const manual = { reasons: [{ reason: 'manual' as const, since: since(9), by: 'key:k', note: 'TICKET-1' }] };
    await store.saveContacts([
      contact('a', { reasons: [{ reason: 'hard_bounce', since: since(3) }] }),
      contact('b', { ...manual, channel: 'sms' }),
      contact('c', free),
      contact('d', { reasons: [{ reason: 'unsubscribe', since: since(3) }, ...manual.reasons] }),
      contact('e', { tenantId: randomUUID() }),
    ]);
    const first = await view.list({ tenantId, limit: 2 });
    expect(first.items.map((item) => item.fingerprint)).toEqual(['b', 'd']);
    const second = await view.list({ tenantId, limit: 2, ...(first.nextCursor ? { cursor: first.nextCursor } : {}) });
    expect(second).toEqual({ items: [expect.objectContaining({ fingerprint: 'a', since: since(3), mask: 'a***' })] });
    const named = async (filter: object) =>
      (await view.list({ tenantId, ...all, ...filter })).items.map((item) => item.fingerprint);
    expect(await named({ channel: 'sms' })).toEqual(['b']);
    expect(await named({ reason: 'manual' })).toEqual(['b', 'd']);
    expect(await view.find({ tenantId, fingerprint: 'b' })).toMatchObject({ channel: 'sms', reasons: manual.reasons });
    expect(await view.find({ tenantId, fingerprint: 'c' })).toBeUndefined();
    await expect(view.list({ tenantId, limit: 1, cursor: 'nonsense' })).rejects.toThrow('cursor');
  });

  it('stay held back when their person is erased, and show no mask any more', async () => {
    const intake = createVaultIntake({
      db: vault.as('vault_intake'),
      ...vault.keys,
      fingerprintKey: vault.fingerprintKey,
    });
    const item = acceptItem({ tenantId, recipientId: 'r', contacts: [['email', 'r@rls.test']] });
    const [accepted] = await intake.acceptRequests([item]);
    const { personId, contacts } = accepted as Extract<typeof accepted, { kind: 'accepted' | 'repeated' }>;
    const known = contact(contacts[0]?.fingerprint ?? '');
    await store.saveContacts([known]);
    const eraser = createVaultEraser({ db: vault.as('vault_api'), fingerprintKey: vault.fingerprintKey });
    await eraser.erasePerson({ tenantId, personId });
    expect(await view.find(known)).toMatchObject({ mask: null });
    await store.saveContacts([{ ...known, revision: 1n }]);
    expect(await view.find(known)).toMatchObject({ mask: null });
    expect(await store.suppressedContacts([known])).toEqual(['complaint']);
  });
});

describe('rights', () => {
  it.each([
    ['vault_open', 'select mask from vault.suppression'],
    ['vault_open', "update vault.suppression set reasons = '[]'"],
    ['vault_api', 'delete from vault.suppression'],
    ['vault_api', "update vault.suppression set reasons = '[]'"],
    ['vault_intake', 'delete from vault.suppression'],
  ] as const)('%s may not: %s', async (role, statement) => {
    const attempt = withTenant(vault.as(role), tenantId, (trx) => sql.raw(statement).execute(trx));
    await expect(attempt).rejects.toMatchObject({ code: '42501' });
  });
});
