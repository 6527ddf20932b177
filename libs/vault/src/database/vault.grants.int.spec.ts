import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { acceptItem } from '../intake/accept-item.fixture.js';
import { createVaultEraser } from '../erase/vault.eraser.js';
import { createVaultIntake } from '../intake/vault.intake.js';
import { createRegistry } from '../registry/registry.js';
import { withTenant } from './vault.database.js';
import { startTestVault } from './vault.fixture.js';
import type { TestVault } from './vault.fixture.js';
import { migrateVault } from './vault.migration.js';
import type { VaultRole } from './vault.migration.js';

let vault: TestVault;
const [mine, theirs] = [randomUUID(), randomUUID()];

beforeAll(async () => {
  vault = await startTestVault();
  const intake = createVaultIntake({
    db: vault.as('vault_intake'),
    ...vault.keys,
    fingerprintKey: vault.fingerprintKey,
  });
  await intake.acceptRequests(
    [mine, theirs].map((tenantId) => acceptItem({ tenantId, recipientId: 'r', contacts: [['email', 'r@rls.test']] })),
  );
});
afterAll(() => vault?.close());

const denied = { code: '42501' };

describe('grants', () => {
  const forbidden: [VaultRole, string][] = [
    ['vault_intake', 'select sealed_private_key from vault.person_key'],
    ['vault_intake', 'select sealed from vault.sealed_request'],
    ['vault_intake', 'update vault.sealed_request set sealed = null'],
    ['vault_intake', 'delete from vault.person_key'],
    ['vault_intake', 'delete from vault.batch_item'],
    ['vault_intake', 'update vault.batch set digest = null'],
    ['vault_api', 'update vault.batch_item set released_at = now()'],
    ['vault_api', 'update vault.batch set accepted_at = null'],
    ['vault_open', 'select * from vault.batch_item'],
    ['vault_intake', 'select * from registry.api_key'],
    ['vault_intake', `insert into registry.campaign values (gen_random_uuid(), '${mine}', 'c', 'n', 'active', 'EUR')`],
    ['vault_open', 'select * from vault.person_recipient'],
    ['vault_open', 'select * from vault.person_address'],
    ['vault_open', 'delete from vault.person_key'],
    ['vault_open', 'delete from vault.provider_turn'],
    ['vault_open', 'delete from vault.site_claim'],
    ['vault_open', 'update vault.site_claim set delivery_id = null'],
    ['vault_api', 'select * from vault.site_claim'],
    ['vault_intake', 'select * from vault.provider_turn'],
    ['vault_api', 'select * from vault.provider_turn'],
    ['vault_open', 'update vault.sealed_request set fed_at = null'],
    ['vault_api', 'select sealed_private_key from vault.person_key'],
    ['vault_api', 'select sealed from vault.sealed_request'],
    ['vault_api', 'update vault.sealed_request set sealed = null'],
    ['vault_intake', 'select vault.forget_requests_of(gen_random_uuid())'],
    ['vault_api', 'select fingerprint from vault.person_address'],
    ['vault_open', 'select words from vault.consent'],
    ['vault_api', "update vault.consent set standing = 'granted'"],
    ['vault_api', 'delete from vault.consent'],
    ['vault_intake', 'delete from vault.consent'],
    ['vault_intake', 'select vault.consenting_addresses_of(gen_random_uuid())'],
    ['vault_api', 'select secret_sha256 from registry.api_key'],
    ['vault_api', "update registry.tenant set status = 'active'"],
    ['vault_api', 'update registry.version set version = 1'],
    ['vault_api', 'delete from registry.audit'],
  ];
  it.each(forbidden)('%s may not: %s', async (role, statement) => {
    const attempt = withTenant(vault.as(role), mine, (trx) => sql.raw(statement).execute(trx));
    await expect(attempt).rejects.toMatchObject(denied);
  });

  it('lets only the opening role read private keys', async () => {
    const { rows } = await sql`select sealed_private_key from vault.person_key`.execute(vault.as('vault_open'));
    expect(rows).toHaveLength(2);
  });
});

describe('row-level security', () => {
  const tables = [
    'vault.person',
    'vault.person_recipient',
    'registry.tenant',
    'registry.template',
    'registry.campaign',
    'registry.audit',
  ];

  it('shows the API its own tenant only', async () => {
    const api = vault.as('vault_api');
    const seen = await withTenant(api, mine, (trx) =>
      sql<{ tenant_id: string }>`select tenant_id from vault.person`.execute(trx),
    );
    expect(seen.rows).toEqual([{ tenant_id: mine }]);
    const others = await withTenant(api, mine, (trx) =>
      sql`update vault.person set erased_at = now() where tenant_id = ${theirs}`.execute(trx),
    );
    expect(others.numAffectedRows).toBe(0n);
  });

  it('refuses to write a row of another tenant', async () => {
    const write = withTenant(vault.as('vault_api'), mine, (trx) =>
      sql`insert into registry.audit (tenant_id, actor, action, subject) values (${theirs}, 'a', 'b', 'c')`.execute(
        trx,
      ),
    );
    await expect(write).rejects.toMatchObject(denied);
  });

  it('raises without a tenant, on a fresh connection and on one that had a tenant before', async () => {
    const api = vault.as('vault_api', 1);
    await expect(sql`select person_id from vault.person`.execute(api)).rejects.toThrow('homing.tenant is not set');
    await withTenant(api, mine, (trx) => sql`select person_id from vault.person`.execute(trx));
    await expect(sql`select person_id from vault.person`.execute(api)).rejects.toThrow('homing.tenant is not set');
  });

  it('is forced on every table that names a tenant, with no policy for everyone', async () => {
    const { rows } = await sql<{ name: string; forced: boolean; open: number }>`
      select c.oid::regclass::text as name, c.relrowsecurity and c.relforcerowsecurity as forced,
        (select count(*)::int from pg_policy p where p.polrelid = c.oid and 0 = any(p.polroles)) as open
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('vault', 'registry') and c.relkind = 'r'
        and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id')`.execute(
      vault.as('owner'),
    );
    expect(rows.length).toBeGreaterThanOrEqual(10);
    expect(rows.map((row) => row.name)).toEqual(
      expect.arrayContaining(tables.filter((name) => name !== 'registry.tenant')),
    );
    expect(rows.filter((row) => !row.forced || row.open > 0)).toEqual([]);
  });
});

describe('migrateVault', () => {
  it('runs once, however often and from however many processes it is called', async () => {
    const again = await Promise.all([migrateVault(vault.ownerUrl), migrateVault(vault.ownerUrl)]);
    expect(again).toEqual([[], []]);
  });

  it('needs no superuser: an ordinary owner sets up, and forced row-level security does not lock it or its functions out', async () => {
    const plain = await startTestVault('ordinary role');
    try {
      const owner = createRegistry({ db: plain.as('owner'), access: 'system' });
      const { id: tenantId } = await owner.createTenant({ actor: 'test', name: 'Plain' });
      const api = createRegistry({ db: plain.as('vault_api'), access: 'tenant' });
      const { key } = await api.createApiKey({ actor: 'test', tenantId, name: 'k', scopes: [], env: 'test' });
      expect(await api.verifyApiKey(key)).toMatchObject({ kind: 'valid', tenantId });
      const intake = createVaultIntake({
        db: plain.as('vault_intake'),
        ...plain.keys,
        fingerprintKey: plain.fingerprintKey,
      });
      const item = acceptItem({ tenantId, recipientId: 'r', contacts: [['email', 'r@plain.test']] });
      const [accepted] = await intake.acceptRequests([item]);
      const personId = accepted?.kind === 'accepted' ? accepted.personId : '';
      const eraser = createVaultEraser({ db: plain.as('vault_api'), fingerprintKey: plain.fingerprintKey });
      expect((await eraser.erasePerson({ tenantId, personId })).kind).toBe('erased');
      expect(await intake.loadAccepted([item.outreachId])).toMatchObject([{ erased: true }]);
    } finally {
      await plain.close();
    }
  });
});
