import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { startTestVault } from '../database/vault.fixture.js';
import type { TestVault } from '../database/vault.fixture.js';
import type { VaultDatabase } from '../database/vault.tables.js';
import { acceptItem } from '../intake/accept-item.fixture.js';
import { createVaultIntake } from '../intake/vault.intake.js';
import { generateVaultKeys } from '../keys/vault.keys.js';
import { createVaultOpener } from './vault.opener.js';

let vault: TestVault;
let owner: VaultDatabase;
beforeAll(async () => {
  vault = await startTestVault();
  owner = vault.as('owner');
});
afterAll(() => vault?.close());

const tenantId = randomUUID();
const opener = (openKey = vault.keys.openKey) => createVaultOpener({ db: vault.as('vault_open'), openKey });

/** Three persons' requests, accepted. */
async function accepted() {
  const { fingerprintKey } = vault;
  const intake = createVaultIntake({ db: vault.as('vault_intake'), ...vault.keys, fingerprintKey });
  const items = [0, 1, 2].map(() => {
    const recipientId = randomUUID();
    return acceptItem({ tenantId, recipientId, contacts: [['email', `${recipientId}@open.test`]] });
  });
  await intake.acceptRequests(items);
  return items;
}

describe('openRequests', () => {
  it.each<[string, (outreachId: string) => ReturnType<typeof sql>]>([
    [
      'a damaged seal',
      (id) => sql`update vault.sealed_request set sealed = set_byte(sealed, 60, get_byte(sealed, 60) # 1)
        where outreach_id = ${id}`,
    ],
    [
      'a cut seal',
      (id) => sql`update vault.sealed_request set sealed = substr(sealed, 1, 5) where outreach_id = ${id}`,
    ],
    [
      'a seal of a newer release',
      (id) => sql`update vault.sealed_request set sealed = set_byte(sealed, 0, 99) where outreach_id = ${id}`,
    ],
    [
      'a damaged key of the person',
      (id) => sql`update vault.person_key k set sealed_private_key = substr(k.sealed_private_key, 1, 40)
        from vault.sealed_request r where r.person_id = k.person_id and r.outreach_id = ${id}`,
    ],
  ])('opens every other row beside one that does not open: %s', async (_name, damage) => {
    const items = await accepted();
    const broken = items[1]?.outreachId ?? '';
    await damage(broken).execute(owner);
    expect(await opener().openRequests(items)).toEqual([
      { kind: 'opened', outreachId: items[0]?.outreachId, request: items[0]?.request },
      { kind: 'unreadable', outreachId: broken },
      { kind: 'opened', outreachId: items[2]?.outreachId, request: items[2]?.request },
    ]);
  });

  it("calls everything unreadable under another installation's key, and nothing erased", async () => {
    const items = await accepted();
    const results = await opener((await generateVaultKeys()).openKey).openRequests(items);
    expect(results.map(({ kind }) => kind)).toEqual(['unreadable', 'unreadable', 'unreadable']);
  });
});
