import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { identityKey, planIdentities } from './identity.plan.js';
import type { PreparedItem } from './request.preparation.js';

const prepared = (at: number, recipient: string, addresses: readonly string[]): PreparedItem => ({
  item: {
    outreachId: `o${at}`,
    tenantId: 't',
    request: {},
    recipientId: recipient,
    contacts: [],
    decisionInput: null,
    acceptedAt: '',
    expiresAt: null,
    source: '',
  },
  digest: Buffer.alloc(32),
  request: '{}',
  decisionInput: 'null',
  recipientHash: recipient,
  contacts: addresses.map((fingerprint, ordinal) => ({ channel: 'email', ordinal, fingerprint, mask: '***' })),
});
const propose = ({ item }: PreparedItem): string => `new-${item.outreachId}`;
const nothing = { recipients: new Map<string, string>(), addresses: new Map<string, string>() };

const batches = fc
  .array(fc.tuple(fc.constantFrom('r1', 'r2', 'r3'), fc.uniqueArray(fc.constantFrom('a1', 'a2', 'a3', 'a4'))), {
    maxLength: 12,
  })
  .map((wishes) => wishes.map(([recipient, addresses], at) => prepared(at, recipient, addresses)));

describe('planIdentities', () => {
  it('gives each recipient and each address exactly one person, and everything it uses an owner', () => {
    fc.assert(
      fc.property(batches, (batch) => {
        const plan = planIdentities(batch, nothing, propose);
        const recipients = new Map(plan.newRecipients.map((row) => [row.hash, row.personId]));
        const addresses = new Map(plan.newAddresses.map((row) => [row.hash, row.personId]));
        expect(recipients.size).toBe(plan.newRecipients.length);
        expect(addresses.size).toBe(plan.newAddresses.length);
        for (const [at, { recipientHash, contacts }] of batch.entries()) {
          const { personId, contacts: owned } = plan.resolved[at] as (typeof plan.resolved)[number];
          expect(recipients.get(recipientHash)).toBe(personId);
          for (const [i, { fingerprint }] of contacts.entries())
            expect(owned[i]?.heldBy ?? personId).toBe(addresses.get(fingerprint));
        }
      }),
    );
  });

  it('decides the same in one batch as in any split of it', () => {
    fc.assert(
      fc.property(batches, fc.nat(12), (batch, cut) => {
        const whole = planIdentities(batch, nothing, propose);
        const first = planIdentities(batch.slice(0, cut), nothing, propose);
        const known = {
          recipients: new Map(first.newRecipients.map((row) => [identityKey('t', row.hash), row.personId])),
          addresses: new Map(first.newAddresses.map((row) => [identityKey('t', row.hash), row.personId])),
        };
        const second = planIdentities(batch.slice(cut), known, propose);
        expect([...first.resolved, ...second.resolved]).toEqual(whole.resolved);
      }),
    );
  });

  it('records each meeting of a person with another’s address once', () => {
    const batch = [
      prepared(0, 'r1', ['a1']),
      prepared(1, 'r2', ['a2']),
      prepared(2, 'r2', ['a1']),
      prepared(3, 'r2', ['a1']),
    ];
    const plan = planIdentities(batch, nothing, propose);
    expect(plan.ambiguities).toEqual([{ tenantId: 't', hash: 'a1', personId: 'new-o1' }]);
    expect(plan.resolved[3]).toMatchObject({ personId: 'new-o1', contacts: [{ heldBy: 'new-o0' }] });
  });
});
