import { describe, expect, it } from '@jest/globals';
import type { CloudEvent, ContactCommandMessage } from '@homing/contracts';
import type { Caller } from '../security/caller.js';
import { importConsents } from './consent.import.js';
import { ConsentRegister, type RegisterParts } from './consent.register.js';

const caller = { tenantId: '0199a000-0000-7000-8000-000000000001', keyId: 'k' } as unknown as Caller;
const said = { channel: 'sms', address: '+4915112345678', purpose: 'marketing', source: 'form' };

/** A register whose bus takes everything and whose orchestrator never answers in time. */
function registerOf() {
  const told: ContactCommandMessage[] = [];
  const parts = {
    consents: { list: async () => ({ items: [] }), idOf: (tenantId: string, word: string) => `${tenantId} ${word}` },
    addresses: { fingerprint: (_tenant: string, channel: string, address: string) => `${channel}${address}` },
    bus: {
      expectAnswer: () => ({ replyTo: 'r', answer: Promise.resolve(undefined), cancel: () => undefined }),
      publishContactCommand: async ({ data }: CloudEvent) => void told.push(data as ContactCommandMessage),
    },
    settings: { decisionWaitMs: 1 },
  } as unknown as RegisterParts;
  return { register: new ConsentRegister(parts), told };
}
const instants = (told: readonly ContactCommandMessage[]) =>
  told.map((word) => ('at' in word ? Date.parse(String(word.at)) : NaN));

describe('a word of consent', () => {
  it('is another under the same key where it says the opposite, or speaks of another purpose', async () => {
    const { register } = registerOf();
    const granted = await register.grant(caller, { ...said, evidence: 'FORM-7', key: 'crm-1' });
    const again = await register.grant(caller, { ...said, evidence: 'FORM-7', key: 'crm-1' });
    const withdrawn = await register.withdraw(caller, { ...said, key: 'crm-1' });
    const other = await register.withdraw(caller, { ...said, purpose: 'transactional', key: 'crm-1' });
    expect(again.consentId).toBe(granted.consentId);
    expect(new Set([granted, withdrawn, other].map(({ consentId }) => consentId)).size).toBe(3);
  });

  it('was said when it was given to us, however late it is recorded', async () => {
    const { register, told } = registerOf();
    await register.grant(caller, { ...said, evidence: 'FORM-7' });
    await register.withdraw(caller, said);
    const [granted = NaN, withdrawn = NaN] = instants(told);
    expect(withdrawn).toBeGreaterThan(granted);
  });

  it('of a list comes before the next one, whichever is recorded first', async () => {
    const { register, told } = registerOf();
    const kinds = ['granted', 'withdrawn', 'granted', 'withdrawn'];
    const items = kinds.map((kind) => ({ ...said, kind, evidence: 'IMPORT-1' }));
    const { items: kept } = await importConsents(register, caller, { items });
    expect(kept.map(({ status }) => status)).toEqual(kinds.map(() => 'accepted'));
    const at = instants(told);
    expect(at.every((instant, i) => i === 0 || instant > (at[i - 1] ?? NaN))).toBe(true);
  });

  it('keeps the instant that the caller names', async () => {
    const { register, told } = registerOf();
    await register.withdraw(caller, { ...said, at: '2026-05-01T10:00:00Z' });
    expect(instants(told)).toEqual([Date.parse('2026-05-01T10:00:00Z')]);
  });
});
