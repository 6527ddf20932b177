import { describe, expect, it } from '@jest/globals';
import { scramVerifier } from './scram.verifier.js';

describe('scramVerifier', () => {
  it('has the form Postgres stores, and another salt every time', () => {
    const [one, two] = [scramVerifier('pencil'), scramVerifier('pencil')];
    expect(one).toMatch(/^SCRAM-SHA-256\$4096:[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=$/);
    expect(one).not.toBe(two);
  });
  // That Postgres accepts it is shown by postgres.server.int.spec.ts: roles log in with it.
  it('depends on the password', () => {
    const salt = Buffer.alloc(16, 1);
    expect(scramVerifier('a', salt)).not.toBe(scramVerifier('b', salt));
    expect(scramVerifier('a', salt)).toBe(scramVerifier('a', salt));
  });
});
