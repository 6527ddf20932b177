// Real: PostgreSQL with the vault's roles and rights. What is handed over and killed on the way is tried in the scheduler's spec.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestVault, type TestVault } from '../database/vault.fixture.js';
import { createVaultEraser } from '../erase/vault.eraser.js';
import { acceptItem } from '../intake/accept-item.fixture.js';
import { createVaultIntake } from '../intake/vault.intake.js';
import type { VaultIntake } from '../intake/intake.types.js';
import { createBatchKeeper } from './batch.keeper.js';
import type { BatchKeeper, BatchView } from './batch.types.js';
import { createBatchView } from './batch.view.js';

let vault: TestVault;
let intake: VaultIntake;
let keeper: BatchKeeper;
let view: BatchView;
beforeAll(async () => {
  vault = await startTestVault();
  const { keys, fingerprintKey } = vault;
  intake = createVaultIntake({ db: vault.as('vault_intake'), ...keys, fingerprintKey });
  keeper = createBatchKeeper(vault.as('vault_intake'));
  view = createBatchView(vault.as('vault_api'));
});
afterAll(() => vault.close());

const receivedAt = '2026-05-01T10:00:00.000Z';

/** A batch of one item that the caller named. */
async function takeOne(tenantId: string, requestId: string) {
  const batchId = randomUUID();
  await keeper.open({ batchId, tenantId, digest: Buffer.alloc(32, 1), items: 1, chunkSize: 10, receivedAt });
  const item = acceptItem({ tenantId, recipientId: requestId, contacts: [['email', `${requestId}@batch.test`]] });
  const [accepted] = await intake.acceptRequests([{ ...item, held: true }]);
  const { outreachId } = item;
  await keeper.addItems({ batchId, tenantId }, [{ kind: 'sealed', index: 0, requestId, outreachId, earlier: false }]);
  // As often as callers who waited in vain repeat the call.
  await Promise.all(Array.from({ length: 8 }, () => keeper.accept(batchId, receivedAt)));
  return { batchId, outreachId, personId: accepted?.kind === 'accepted' ? accepted.personId : '' };
}

describe('a batch in the vault', () => {
  it('is there for its tenant alone', async () => {
    const [mine, theirs] = [randomUUID(), randomUUID()];
    const { batchId } = await takeOne(mine, 'order-1');
    expect(await view.find(mine, batchId)).toMatchObject({ items: 1, accepted: 1, refused: 0, released: 0 });
    expect(await view.find(theirs, batchId)).toBeUndefined();
    expect(await view.items(theirs, batchId, { limit: 10 })).toEqual([]);
    expect(await view.list(theirs, { limit: 10 })).toEqual({ items: [] });
    expect(await view.requestCancel(theirs, batchId, 'key:k')).toBe(false);
  });

  it('stands as it came first', async () => {
    const tenantId = randomUUID();
    const { batchId } = await takeOne(tenantId, 'order-2');
    const again = {
      batchId,
      tenantId,
      digest: Buffer.alloc(32, 1),
      items: 1,
      chunkSize: 99,
      receivedAt: new Date().toISOString(),
    };
    expect(await keeper.open(again)).toEqual({ kind: 'open', receivedAt, chunkSize: 10, accepted: true });
    expect(await keeper.open({ ...again, digest: Buffer.alloc(32, 2) })).toEqual({ kind: 'different_content' });
  });

  it('forgets what an item was called, with its person', async () => {
    const tenantId = randomUUID();
    const { batchId, personId } = await takeOne(tenantId, 'order-of-ada');
    expect(await view.items(tenantId, batchId, { limit: 1 })).toMatchObject([{ requestId: 'order-of-ada' }]);
    const eraser = createVaultEraser({ db: vault.as('vault_api'), fingerprintKey: vault.fingerprintKey });
    expect((await eraser.erasePerson({ tenantId, personId })).kind).toBe('erased');
    expect(JSON.stringify(await view.items(tenantId, batchId, { limit: 1 }))).not.toContain('order-of-ada');
    expect(await keeper.release({ batchId, from: 0, to: 10 })).toHaveLength(1);
  });

  it('hands over or holds back each item, never both', async () => {
    const { batchId, outreachId } = await takeOne(randomUUID(), 'order-3');
    const chunk = { batchId, from: 0, to: 10 };
    const [released, withheld] = await Promise.all([keeper.release(chunk), keeper.withhold(chunk)]);
    expect(released.length + withheld.withheld).toBe(1);
    expect(await keeper.release(chunk)).toHaveLength(released.length);
    const fed = await intake.listUnfed({ olderThan: '2100-01-01T00:00:00Z', limit: 100 });
    expect(fed.filter((row) => row.outreachId === outreachId)).toHaveLength(released.length);
  });
});
