// Real: PostgreSQL, and a TCP wire to it that goes silent or breaks (a failover as the services see it).
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { FaultProxy } from '../../../event-store/src/official/fault-proxy.fixture.js';
import { openVaultDatabase, pingVault } from './vault.database.js';
import { startTestVault } from './vault.fixture.js';
import type { TestVault } from './vault.fixture.js';
import type { VaultDatabase } from './vault.tables.js';

let vault: TestVault;
let wire: FaultProxy;
let db: VaultDatabase;

beforeAll(async () => void (vault = await startTestVault()));
afterAll(() => vault?.close());
beforeEach(async () => {
  const url = new URL(vault.ownerUrl);
  wire = await FaultProxy.start(Number(url.port));
  url.port = String(wire.port);
  db = openVaultDatabase({ url: url.href, maxConnections: 1, queryTimeoutMs: 500 });
  await pingVault(db);
});
afterEach(async () => {
  await wire.close();
  await db.destroy();
});

describe('a vault whose server falls silent without a reset', () => {
  it('fails the query in time and asks the next one on a new connection', async () => {
    wire.freeze();
    await expect(pingVault(db)).rejects.toThrow('Query read timeout');
    wire.heal();
    await pingVault(db);
    expect(wire.counts.connections).toBe(2);
  });

  it('fails a transaction once, not once more for its end', async () => {
    let asked = 0;
    const work = db.transaction().execute(async (trx) => {
      wire.freeze();
      asked += 1;
      await sql`select 1`.execute(trx);
    });
    await expect(work).rejects.toThrow('Query read timeout');
    wire.heal();
    await pingVault(db);
    expect([asked, wire.counts.connections]).toEqual([1, 2]);
  });

  it('lets a broken connection fail its query and nothing else', async () => {
    const patient = openVaultDatabase({
      url: `${vault.ownerUrl.replace(/:\d+\//, `:${wire.port}/`)}`,
      queryTimeoutMs: 0,
    });
    const work = patient.transaction().execute(async (trx) => {
      const asleep = sql`select pg_sleep(60)`.execute(trx);
      wire.cut();
      await asleep;
    });
    await expect(work).rejects.toThrow();
    expect(wire.counts.cut).toBeGreaterThan(0);
    await pingVault(patient);
    await patient.destroy();
  });
});
