import { describe, expect, it } from '@jest/globals';
import { createFingerprinter } from '@homing/vault/seal';
import { requestConcern } from './letter.concern.js';

const tenantId = '0a6f2c8e-6c0e-4b43-9d0c-000000000001';
const fingerprinter = createFingerprinter(Buffer.alloc(32, 7).toString('base64'));
const concern = requestConcern(fingerprinter);
const of = (data: unknown) => concern(Buffer.from(JSON.stringify({ specversion: '1.0', data })));

describe('whom a request that could not be taken in is about', () => {
  it('names recipient and addresses by the hashes under which intake would have known them', () => {
    const contacts = { email: ' Ada@Example.test ', sms: ['+49 151 12345678', 7, 'no number'], fax: '123' };
    expect(of({ tenantId, recipient: { id: 'r-17', contacts }, urgency: 'never' })).toEqual({
      tenantId,
      subjects: [
        fingerprinter.recipient(tenantId, 'r-17'),
        fingerprinter.address(tenantId, 'email', 'ada@example.test'),
        fingerprinter.address(tenantId, 'sms', '+4915112345678'),
      ],
    });
  });

  it.each([
    ['a recipient that is none', { tenantId, recipient: 'ada@example.test' }],
    ['a recipient that is null', { tenantId, recipient: null }],
    ['contacts that are none', { tenantId, recipient: { contacts: 'ada@example.test' } }],
  ])('names nobody in %s, and does not fail', (_what, data) => expect(of(data)).toEqual({ tenantId, subjects: [] }));

  it('knows nobody without a tenant: the hashes are a tenant’s own', () => {
    expect(of({ recipient: { id: 'r-17' } })).toEqual({ tenantId: undefined, subjects: [] });
    expect(concern(new Uint8Array([0xff]))).toEqual({ tenantId: undefined, subjects: [] });
  });

  it('keeps its hashes few, whatever it is given', () => {
    const email = Array.from({ length: 5_000 }, (_, n) => `a${n}@example.test`);
    expect(of({ tenantId, recipient: { id: 'r', contacts: { email } } }).subjects).toHaveLength(41);
  });
});
