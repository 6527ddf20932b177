import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { startTestVault, type TestVault } from '../database/vault.fixture.js';
import { createSiteClaimBook } from './site.claims.js';

let vault: TestVault;
beforeAll(async () => void (vault = await startTestVault()));
afterAll(() => vault?.close());

const gateway = () => createSiteClaimBook(vault.as('vault_open'));
const wanted = { tenantId: randomUUID(), campaignKey: randomUUID(), site: 'site.test/send', deliveryId: 'one.1' };

describe('a site that a campaign writes to', () => {
  it('is one delivery’s, of forty that ask two gateways at once, and stays so when a gateway starts anew', async () => {
    const gateways = [gateway(), gateway()];
    const deliveries = Array.from({ length: 40 }, (_, i) => `delivery-${i}.1`);
    const answers = await Promise.all(
      deliveries.map((deliveryId, i) => gateways[i % 2]!.claim({ ...wanted, deliveryId })),
    );
    expect(answers.filter(Boolean)).toHaveLength(1);
    const first = deliveries[answers.indexOf(true)]!;
    expect(await gateway().claim({ ...wanted, deliveryId: first })).toBe(true);
    expect(await gateway().claim(wanted)).toBe(false);
  });

  it('is free for another campaign, tenant or site, and kept as a digest', async () => {
    for (const other of [{ campaignKey: 'd' }, { tenantId: randomUUID() }, { site: 'site.test/other' }])
      expect(await gateway().claim({ ...wanted, ...other, deliveryId: 'two.1' })).toBe(true);
    const { rows } = await sql<{ row: string }>`select c::text as row from vault.site_claim as c`.execute(
      vault.as('vault_open'),
    );
    expect(rows.length).toBeGreaterThanOrEqual(4);
    expect(JSON.stringify(rows)).not.toContain('site.test');
  });
});
