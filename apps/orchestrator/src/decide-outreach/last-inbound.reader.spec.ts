import { describe, expect, it } from '@jest/globals';
import { request } from '@homing/testing/outreach-story';
import type { LastInbound } from '@homing/vault/suppression';
import { lastInboundOf } from './last-inbound.reader.js';

const { tenantId } = request;
const contact = (fingerprint: string) => ({ channel: 'whatsapp', ordinal: 0, fingerprint, mask: '***' }) as const;
const of = (...fingerprints: string[]) => ({ ...request, contacts: fingerprints.map(contact) });
const word = (fingerprint: string, at: string, over: Partial<LastInbound> = {}): LastInbound => ({
  ...{ tenantId, fingerprint, channel: 'whatsapp', at },
  ...over,
});

describe('when somebody last wrote to us', () => {
  it('is the latest of their addresses, by channel, of their tenant alone, in the order asked', async () => {
    const words = [
      word('a', '2026-05-01T10:00:00.000Z'),
      word('b', '2026-05-01T12:00:00.000Z'),
      word('a', '2026-05-01T11:00:00.000Z', { channel: 'sms' }),
      word('a', '2026-05-09T10:00:00.000Z', { tenantId: 'another' }),
    ];
    const asked: object[] = [];
    const read = lastInboundOf({ lastInbound: async (refs) => (asked.push(...refs), words) });
    expect(await read([of('c'), of('a', 'b'), of('a')])).toEqual([
      undefined,
      { whatsapp: '2026-05-01T12:00:00.000Z', sms: '2026-05-01T11:00:00.000Z' },
      { whatsapp: '2026-05-01T10:00:00.000Z', sms: '2026-05-01T11:00:00.000Z' },
    ]);
    expect(asked).toHaveLength(4);
  });
});
