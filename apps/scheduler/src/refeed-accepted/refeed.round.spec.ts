import { describe, expect, it } from '@jest/globals';
import type { Outgoing } from '@homing/messaging';
import type { UnfedRequest } from '@homing/vault/intake';
import { refeedAccepted, type RefeedParts } from './refeed.round.js';

const unfed: UnfedRequest = {
  ...{ outreachId: '9f0c1d7e-4a3b-5c2d-8e1f-000000000001', tenantId: 't', source: 'api', sealedRef: 'r' },
  ...{ acceptedAt: '2026-05-01T10:00:00.000Z', expiresAt: null },
};

function stage(waiting: readonly UnfedRequest[], at: string) {
  const fed: Outgoing[] = [];
  const asked: unknown[] = [];
  const parts: RefeedParts = {
    vault: { listUnfed: (wish) => (asked.push(wish), Promise.resolve([...waiting])) },
    publish: (messages) => Promise.resolve(void fed.push(...messages)),
    now: () => new Date(at),
    afterMs: 60_000,
  };
  return { parts, fed, asked };
}

describe('sealed requests that nobody decided', () => {
  it('are fed again, by reference', async () => {
    const { parts, fed, asked } = stage([unfed], '2026-05-01T10:02:00.000Z');
    expect(await refeedAccepted(parts)).toBe(1);
    expect(asked).toEqual([{ olderThan: '2026-05-01T10:01:00.000Z', limit: 500 }]);
    expect(fed).toMatchObject([{ subject: 'outreach.requested', tenantId: 't', event: { id: unfed.outreachId } }]);
    expect(fed[0]?.event.data).toBeUndefined();
    expect(fed[0]?.event.dataref).toContain(unfed.outreachId);
  });

  it('are fed less and less often: under one message id until their age has doubled', async () => {
    const keyAt = async (at: string): Promise<string | undefined> => {
      const { parts, fed } = stage([unfed], at);
      await refeedAccepted(parts);
      return fed[0]?.key;
    };
    const [after2, after3, after4, after5] = await Promise.all(
      ['10:02', '10:03', '10:04', '10:05'].map((at) => keyAt(`2026-05-01T${at}:00.000Z`)),
    );
    expect(after4).toBe(after3);
    expect(new Set([after2, after3, after5]).size).toBe(3);
  });

  it('are none: nothing is published', async () => {
    const { parts, fed } = stage([], '2026-05-01T10:02:00.000Z');
    expect(await refeedAccepted(parts)).toBe(0);
    expect(fed).toEqual([]);
  });
});
