// Real: Postgres with the roles and policies of the vault.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { startTestVault, type TestVault } from '../database/vault.fixture.js';
import { createRegistry } from './registry.js';
import { allWebhookAccounts, createWebhookAccounts, type WebhookAccounts } from './webhook.accounts.js';

let vault: TestVault;
let accounts: WebhookAccounts;
const [mine, other] = [randomUUID(), randomUUID()];
const actor = 'key:k1';
const named = { tenantId: mine, provider: 'mailgun', account: 'acme', most: 3 };

beforeAll(async () => {
  vault = await startTestVault();
  accounts = createWebhookAccounts(vault.as('vault_api'));
  const operator = createRegistry({ db: vault.as('owner'), access: 'system' });
  for (const id of [mine, other]) await operator.createTenant({ actor, id, name: 'Sandbox' });
});
afterAll(() => vault?.close());

describe('accounts whose webhooks are heard', () => {
  it('keep a key that is named without being given again, end those that are not named, and count their versions', async () => {
    const first = await accounts.put({
      ...named,
      actor,
      keys: [
        { id: 'k1', sealed: 'one' },
        { id: 'k2', sealed: 'two' },
      ],
    });
    expect(first).toMatchObject({ kind: 'kept', account: { version: 1, keys: [{ id: 'k1' }, { id: 'k2' }] } });
    const notAfter = '2026-12-01T00:00:00.000Z';
    const second = await accounts.put({
      ...named,
      actor,
      keys: [
        { id: 'k2', notAfter },
        { id: 'k3', sealed: 'three' },
      ],
    });
    const { most: _most, ...place } = named;
    expect(second).not.toHaveProperty('account.most');
    const keys = [
      { id: 'k2', notAfter, sealed: 'two' },
      { id: 'k3', sealed: 'three' },
    ];
    expect(second).toMatchObject({ kind: 'kept', account: { version: 2, keys } });
    expect(await accounts.find(place)).toMatchObject({ ...place, version: 2, keys });
    expect(await accounts.put({ ...named, actor, keys: [{ id: 'k1' }] })).toEqual({ kind: 'unknown_key', id: 'k1' });
    expect(await accounts.list(mine)).toHaveLength(1);
  });

  it('are written down for whoever audits, without the keys', async () => {
    const { rows } = await sql<{ after: unknown }>`select after from registry.audit
      where tenant_id = ${mine} and action = 'webhook_account.put' order by id`.execute(vault.as('owner'));
    expect(rows[0]?.after).toEqual({ version: 1, keys: [{ id: 'k1' }, { id: 'k2' }] });
    expect(JSON.stringify(rows)).not.toContain('one');
  });

  it('belong to one tenant: another neither sees, takes nor changes them', async () => {
    const foreign = { ...named, tenantId: other };
    expect(await accounts.put({ ...foreign, actor, keys: [{ id: 'k', sealed: 'x' }] })).toEqual({ kind: 'taken' });
    expect(await accounts.find(foreign)).toBeUndefined();
    expect(await accounts.list(other)).toEqual([]);
    expect(await accounts.find(named)).toMatchObject({ version: 2 });
  });

  it('keep the use of a key that goes on', async () => {
    const words = { ...named, tenantId: other, provider: 'meta', actor };
    await accounts.put({ ...words, keys: [{ id: 'word', use: 'challenge', sealed: 'x' }] });
    expect(await accounts.put({ ...words, keys: [{ id: 'word' }] })).toMatchObject({
      account: { version: 2, keys: [{ id: 'word', use: 'challenge', sealed: 'x' }] },
    });
    await accounts.put({ ...words, keys: [] });
  });

  it('count on from what was told of them before the vault was restored', async () => {
    const restored = { ...named, tenantId: other, account: 'restored', actor, keys: [] };
    expect(await accounts.put({ ...restored, beyond: 7 })).toMatchObject({ account: { version: 8 } });
    expect(await accounts.put({ ...restored, beyond: 3 })).toMatchObject({ account: { version: 9 } });
  });

  it('are as many as a tenant may have, also when they are made at once; giving one up makes room', async () => {
    const keys = [{ id: 'k', sealed: 'x' }];
    const wanted = { ...named, tenantId: other, keys, actor };
    const made = await Promise.all(
      Array.from({ length: 6 }, (_, n) => accounts.put({ ...wanted, account: `limit-${n}` })),
    );
    expect(made.map(({ kind }) => kind).toSorted()).toEqual([...Array(3).fill('kept'), ...Array(3).fill('too_many')]);
    const live = (await accounts.list(other)).filter(({ keys: some }) => some.length > 0);
    expect(live).toHaveLength(3);
    // One that has keys may always change them.
    expect(await accounts.put({ ...wanted, account: live[0]?.account ?? '' })).toMatchObject({ kind: 'kept' });
    await accounts.put({ ...wanted, account: live[0]?.account ?? '', keys: [] });
    expect(await accounts.put({ ...wanted, account: 'limit-6' })).toMatchObject({ kind: 'kept' });
    expect(await accounts.put({ ...wanted, account: live[0]?.account ?? '' })).toEqual({ kind: 'too_many' });
  });

  it('are all read by whoever tells ingestion, and changed by nobody there', async () => {
    const db = vault.as('vault_intake');
    const all = await allWebhookAccounts(db);
    expect(all.find(({ tenantId }) => tenantId === mine)).toMatchObject({ account: 'acme', version: 2 });
    expect(all.some(({ tenantId }) => tenantId === other)).toBe(true);
    await expect(sql`update registry.webhook_account set version = 9`.execute(db)).rejects.toMatchObject({
      code: '42501',
    });
  });
});
