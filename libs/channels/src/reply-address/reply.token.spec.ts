import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { attemptAddress, isAttemptAddress, readAttemptAddress, type AttemptName } from './reply.token.js';

const [key, other] = ['k'.repeat(32), 'o'.repeat(32)];
const domain = 'inbound.sender.test';
const names: fc.Arbitrary<AttemptName> = fc.record({
  deliveryId: fc.tuple(fc.uuid(), fc.integer({ min: 1, max: 255 })).map(([id, leg]) => `${id}.${leg}`),
  attempt: fc.integer({ min: 1, max: 255 }),
});
const purposes = fc.constantFrom('reply' as const, 'bounce' as const);
const RUNS = process.env['HOMING_TEST_SIZE'] === 'full' ? 10_000 : 500;

describe('an address of ours', () => {
  it('fits a local part, survives lost and gained capitals, and names its attempt under every key in force', () => {
    fc.assert(
      fc.property(purposes, names, (purpose, name) => {
        const address = attemptAddress(purpose, name, { key, domain }) ?? '';
        expect(address.split('@')[0]?.length).toBeLessThanOrEqual(64);
        expect(isAttemptAddress(address)).toBe(true);
        expect(readAttemptAddress(purpose, address, [other, key])).toEqual(name);
        expect(readAttemptAddress(purpose, address.toUpperCase(), [key])).toEqual(name);
      }),
      { numRuns: RUNS },
    );
  });

  it('says nothing under another key, for another purpose, or with any letter changed', () => {
    const letters = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz234567');
    fc.assert(
      fc.property(purposes, names, fc.nat(54), letters, (purpose, name, place, letter) => {
        const address = attemptAddress(purpose, name, { key, domain }) ?? '';
        expect(readAttemptAddress(purpose, address, [other])).toBeUndefined();
        expect(readAttemptAddress(purpose, address, [])).toBeUndefined();
        expect(readAttemptAddress(purpose === 'reply' ? 'bounce' : 'reply', address, [key])).toBeUndefined();
        const at = place + 2;
        if (address[at] === letter) return;
        const altered = `${address.slice(0, at)}${letter}${address.slice(at + 1)}`;
        expect(readAttemptAddress(purpose, altered, [key])).toBeUndefined();
      }),
      { numRuns: RUNS },
    );
  });

  it.each(['', 'r+@x.test', 'r+short@x.test', 'bounce+a.1@x.test', `r+${'a'.repeat(55)}@x.test`, undefined])(
    'is not %s',
    (address) => expect(readAttemptAddress('reply', address, [key])).toBeUndefined(),
  );

  it('is made of no delivery that is none of ours', () => {
    const at = { key, domain };
    expect(attemptAddress('reply', { deliveryId: 'newsletter', attempt: 1 }, at)).toBeUndefined();
    const deliveryId = '6f1c2f0e-6a3d-5d0b-9a55-0c2b8f7f4a11.1';
    expect(attemptAddress('reply', { deliveryId, attempt: 256 }, at)).toBeUndefined();
    expect(attemptAddress('reply', { deliveryId, attempt: 0 }, at)).toBeUndefined();
  });
});
