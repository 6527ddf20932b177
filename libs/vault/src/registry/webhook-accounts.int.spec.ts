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
const named = { tenantId: mine, provider: 'mailgun', account: 'acme' };

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
    const keys = [
      { id: 'k2', notAfter, sealed: 'two' },
      { id: 'k3', sealed: 'three' },
    ];
    expect(second).toMatchObject({ kind: 'kept', account: { version: 2, keys } });
    expect(await accounts.find(named)).toMatchObject({ version: 2, keys });
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

  it('are all read by whoever tells ingestion, and changed by nobody there', async () => {
    const db = vault.as('vault_intake');
    expect(await allWebhookAccounts(db)).toMatchObject([{ ...named, version: 2 }]);
    await expect(sql`update registry.webhook_account set version = 9`.execute(db)).rejects.toMatchObject({
      code: '42501',
    });
  });
});
