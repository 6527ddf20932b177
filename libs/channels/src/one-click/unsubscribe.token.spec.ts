import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkEmailHeaders } from '../email-headers.policy.js';
import { unsubscribeHeaders, unsubscribeKeysOf } from './unsubscribe.headers.js';
import { mintUnsubscribeToken, readUnsubscribeToken } from './unsubscribe.token.js';

const keys = ['the first key, thirty-two letters', 'the one before it, as long as that'] as const;
const ref = {
  tenantId: '0d6c1d3e-5b1c-4a55-9d3a-1f6f3a2b7c11',
  deliveryId: '6f1c2f0e-6a3d-5d0b-9a55-0c2b8f7f4a11.2',
  attempt: 3,
};

describe('the token of an unsubscribe link', () => {
  it('says which delivery it was made for, whatever that is', () => {
    fc.assert(
      fc.property(
        fc.uuid(),
        fc.uuid(),
        fc.integer({ min: 0, max: 999 }),
        fc.integer({ min: 1, max: 0xffff }),
        (tenantId, outreachId, leg, attempt) => {
          const made = { tenantId, deliveryId: `${outreachId}.${leg}`, attempt };
          expect(readUnsubscribeToken([keys[0]], mintUnsubscribeToken(keys[0], made))).toEqual(made);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('is honoured under every key in force and under no other', () => {
    const old = mintUnsubscribeToken(keys[1], ref);
    expect(readUnsubscribeToken(keys, old)).toEqual(ref);
    expect(readUnsubscribeToken([keys[0]], old)).toBeUndefined();
    expect(readUnsubscribeToken([], old)).toBeUndefined();
  });

  it('is worth nothing with any character changed, cut, added or spelled otherwise', () => {
    const token = mintUnsubscribeToken(keys[0], ref);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (let at = 0; at < token.length; at += 1) {
      for (const letter of alphabet) {
        if (letter === token[at]) continue;
        const forged = token.slice(0, at) + letter + token.slice(at + 1);
        expect(readUnsubscribeToken([keys[0]], forged)).toBeUndefined();
      }
    }
    for (const forged of ['', token.slice(1), `${token}A`, `${token}=`, `${token}\n`, 'ä'.repeat(71)])
      expect(readUnsubscribeToken([keys[0]], forged)).toBeUndefined();
  });

  it('is made for nothing but a delivery of a tenant', () => {
    expect(() => mintUnsubscribeToken(keys[0], { ...ref, deliveryId: 'somebody@reader.test' })).toThrow(TypeError);
    expect(() => mintUnsubscribeToken(keys[0], { ...ref, tenantId: 't1' })).toThrow(TypeError);
  });
});

describe('the headers', () => {
  it('name the link and say that one POST is enough; every provider lets them through', () => {
    const headers = unsubscribeHeaders({ baseUrl: 'https://hooks.example.test/', key: keys[0] }, ref);
    const token = mintUnsubscribeToken(keys[0], ref);
    expect(headers).toEqual({
      'List-Unsubscribe': `<https://hooks.example.test/u/${token}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    });
    expect(checkEmailHeaders(headers)).toEqual({ kind: 'allowed', headers });
  });

  it('name a mailbox where there is one', () => {
    const links = { baseUrl: 'https://hooks.example.test', key: keys[0], mailto: 'off@example.test' };
    expect(unsubscribeHeaders(links, ref)['List-Unsubscribe']).toMatch(/>, <mailto:off@example\.test\?subject=unsub/);
  });

  it('are signed by the first of the keys as they are written', () => {
    expect(unsubscribeKeysOf(' a, b ,,')).toEqual(['a', 'b']);
  });
});
