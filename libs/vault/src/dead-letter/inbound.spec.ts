import { expect, it } from '@jest/globals';
import type { InboundItem, ProviderInbound } from '@homing/contracts';
import { createInboundOpener } from '../desk/inbound.opener.js';
import { generateVaultKeys } from '../keys/vault.keys.js';
import { createInboundSealer } from '../seal/inbound.sealer.js';

const item: InboundItem = {
  kind: 'message',
  provider: 'twilio',
  channel: 'sms',
  providerEventId: 'SM1',
  occurredAt: '2026-01-01T00:00:00.000Z',
  from: '+15550100001',
  to: '+15550100002',
  text: 'Yes, please call — Ada',
  payloadDigest: 'f'.repeat(64),
};

it('what somebody wrote opens at the desk as it was, and under no other name, tenant or key', async () => {
  const [keys, others] = await Promise.all([generateVaultKeys(), generateVaultKeys()]);
  const place = { provider: 'twilio', eventDigest: 'a'.repeat(64) };
  const sealed = await createInboundSealer(keys)(item, place);
  expect(Buffer.from(sealed, 'base64').includes('Ada')).toBe(false);
  const inbound: ProviderInbound = { ...place, channel: 'sms', kind: 'message', receivedAt: item.occurredAt, sealed };
  const open = createInboundOpener(keys);
  expect(await open(inbound)).toEqual(item);
  const unreadable = { name: 'EnvelopeError', reason: 'unreadable' };
  await expect(open({ ...inbound, provider: 'meta' })).rejects.toMatchObject(unreadable);
  await expect(open({ ...inbound, eventDigest: 'b'.repeat(64) })).rejects.toMatchObject(unreadable);
  await expect(open({ ...inbound, tenantId: 't2' })).rejects.toMatchObject(unreadable);
  await expect(createInboundOpener(others)(inbound)).rejects.toMatchObject(unreadable);
});
