import { describe, expect, it } from '@jest/globals';
import type { SuppressionRow } from '@homing/read-model';
import type { SuppressedContact } from '@homing/vault/suppression';
import { repairSuppressions } from './suppression.repair.js';

const tenantId = '0a6f2c8e-6c0e-4b43-9d0c-000000000001';
const at = (second: number): string => new Date(Date.UTC(2026, 4, 1, 10, 0, second)).toISOString();
const row = (fingerprint: string, over: Partial<SuppressionRow> = {}): SuppressionRow => ({
  fingerprint,
  reason: 'complaint',
  tenantId,
  channel: 'email',
  mask: null,
  suppressedAt: at(5),
  liftedAt: null,
  saidBy: null,
  note: null,
  revision: 0n,
  updatedPosition: 1n,
  ...over,
});

async function repaired(rows: readonly SuppressionRow[]): Promise<SuppressedContact[]> {
  const saved: SuppressedContact[] = [];
  const suppressions = async ({ after, limit }: { after: string; limit: number }) => {
    const names = [...new Set(rows.map((each) => each.fingerprint))].filter((name) => name > after).slice(0, limit);
    return rows.filter((each) => names.includes(each.fingerprint));
  };
  const contacts = { saveContacts: async (page: readonly SuppressedContact[]) => void saved.push(...page) };
  expect(await repairSuppressions({ readModel: { suppressions }, contacts })).toBe(saved.length);
  return saved;
}

describe('the gate’s table', () => {
  it('is given every contact as its stream stands, with its furthest revision', async () => {
    const rows = [
      row('a', { mask: 'a***', revision: 2n }),
      row('a', { reason: 'manual', suppressedAt: at(1), saidBy: 'key:k', note: 'TICKET-1', revision: 3n }),
      row('b', { liftedAt: at(5) }),
      row('c', { liftedAt: at(6) }),
      row('d', { reason: 'unsubscribe', suppressedAt: null, liftedAt: at(6) }),
    ];
    expect(await repaired(rows)).toEqual([
      {
        ...{ tenantId, fingerprint: 'a', channel: 'email', mask: 'a***', revision: 3n },
        reasons: [
          { reason: 'manual', since: at(1), by: 'key:k', note: 'TICKET-1' },
          { reason: 'complaint', since: at(5) },
        ],
      },
      { tenantId, fingerprint: 'b', channel: 'email', reasons: [{ reason: 'complaint', since: at(5) }], revision: 0n },
      { tenantId, fingerprint: 'c', channel: 'email', reasons: [], revision: 0n },
      { tenantId, fingerprint: 'd', channel: 'email', reasons: [], revision: 0n },
    ]);
  });

  it('is given all of them, however many, and nothing where there is nothing', async () => {
    const many = Array.from({ length: 1_203 }, (_, i) => row(`f${String(i).padStart(5, '0')}`));
    expect(await repaired(many)).toHaveLength(1_203);
    expect(await repaired([])).toEqual([]);
  });
});
