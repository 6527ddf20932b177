// Real: Postgres with this release's schema, roles and row-level security.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { ProviderInbound } from '@homing/contracts';
import { startTestVault, type TestVault } from '../database/vault.fixture.js';
import { createVaultEraser } from '../erase/vault.eraser.js';
import { acceptItem } from '../intake/accept-item.fixture.js';
import { createVaultIntake } from '../intake/vault.intake.js';
import { createInboundPark, type InboundPark } from './inbound.park.js';

let vault: TestVault;
let park: InboundPark;

beforeAll(async () => {
  vault = await startTestVault();
  park = createInboundPark(vault.as('vault_desk'));
});
afterAll(() => vault?.close());
beforeEach(async () => {
  for (const row of await park.take({ ...wanted(9_999), limit: 999, now: at(9_000) })) await park.remove(row);
});

const at = (second: number): string => new Date(Date.UTC(2026, 4, 1, 10, 0, second)).toISOString();
const wanted = (position: number) => ({ position: BigInt(position), limit: 10, now: at(10), until: at(70) });
const message = (receivedAt: string, over: Partial<ProviderInbound> = {}): ProviderInbound => ({
  ...{ provider: 'twilio', channel: 'sms', kind: 'message', eventDigest: randomUUID(), receivedAt, sealed: 'c2VhbA==' },
  ...over,
});

describe('what waits for the projection', () => {
  it('is kept once, and given oldest first to one process at a time, up to where the projection is', async () => {
    const [late, early, further] = [message(at(3)), message(at(1)), message(at(2))];
    await park.park({ message: late, position: 7n, senders: [] }, at(4));
    await park.park({ message: late, position: 1n, senders: [] }, at(4));
    await park.park({ message: early, position: 7n, senders: [] }, at(5));
    await park.park({ message: further, position: 8n, senders: [] }, at(6));
    await park.park({ message: { ...further, tenantId: randomUUID() }, position: 8n, senders: [] }, at(6));
    expect(await park.count()).toBe(4);
    expect(await park.take(wanted(6))).toEqual([]);
    const taken = await Promise.all([park.take(wanted(7)), park.take(wanted(7))]);
    expect(taken.flat()).toHaveLength(2);
    expect(taken.find((each) => each.length === 2) ?? [early, late]).toEqual([early, late]);
    await park.remove(early);
    expect(await park.take({ ...wanted(7), now: at(70), until: at(130) })).toEqual([late]);
  });

  it('is gone when its only sender is erased', async () => {
    const tenantId = randomUUID();
    const parts = { ...vault.keys, fingerprintKey: vault.fingerprintKey };
    const intake = createVaultIntake({ db: vault.as('vault_intake'), ...parts });
    const item = acceptItem({ tenantId, recipientId: 'r', contacts: [['email', 'park@erase.test']] });
    const [accepted] = await intake.acceptRequests([item]);
    const { personId, contacts } = accepted as Extract<typeof accepted, { kind: 'accepted' | 'repeated' }>;
    const sender = { tenantId, fingerprint: contacts[0]?.fingerprint ?? '' };
    const other = { tenantId: randomUUID(), fingerprint: 'f' };
    const [alone, both] = [message(at(1)), message(at(2))];
    await park.park({ message: alone, position: 1n, senders: [sender] }, at(1));
    await park.park({ message: both, position: 1n, senders: [sender, other] }, at(2));
    await createVaultEraser({ db: vault.as('vault_api'), ...parts }).erasePerson({ tenantId, personId });
    expect(await park.take(wanted(1))).toEqual([both]);
  });
});
