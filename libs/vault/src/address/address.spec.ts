import { describe, expect, it } from '@jest/globals';
import type { Channel } from '@homing/contracts';
import fc from 'fast-check';
import { generateFingerprintKey } from '../keys/vault.keys.js';
import { createFingerprinter } from './address.fingerprint.js';
import { maskAddress } from './address.mask.js';
import { normaliseAddress } from './address.normalise.js';

const key = generateFingerprintKey();
const prints = createFingerprinter(key);
const spelled = (channel: Channel, address: string): string | undefined => {
  const normal = normaliseAddress(channel, address);
  return normal.kind === 'address' ? normal.value : undefined;
};

describe('normaliseAddress', () => {
  it.each<[Channel, string, string]>([
    ['email', '  Jane.Doe@Example.COM ', 'jane.doe@example.com'],
    ['email', 'jane@bücher.example', 'jane@xn--bcher-kva.example'],
    ['email', 'jose\u0301@example.com', 'jos\u00e9@example.com'],
    ['email', '"a@b"@example.com.', '"a@b"@example.com'],
    ['sms', '+49 (151) 123-456.78', '+4915112345678'],
    ['whatsapp', '004915112345678', '+4915112345678'],
    ['linkedin', 'https://www.LinkedIn.com/in/Jane-Doe/?trk=x', 'linkedin.com/in/jane-doe'],
    ['twitter', '@Jane', 'jane'],
    ['contact_form', 'HTTPS://Example.com:443/Contact/#form', 'example.com/Contact'],
    ['contact_form', 'example.com', 'example.com'],
  ])('%s %s', (channel, address, expected) => {
    expect(spelled(channel, address)).toBe(expected);
  });

  it.each<[Channel, string]>([
    ['email', 'nobody'],
    ['email', '@example.com'],
    ['email', 'a b@example.com'],
    ['email', 'a@exa mple.com'],
    ['email', 'a@b\r\nBcc: c@d.test'],
    ['sms', '12345'],
    ['sms', '+0123456789'],
    ['twitter', '  '],
    ['contact_form', 'javascript://alert'],
  ])('refuses %s %j', (channel, address) => {
    expect(spelled(channel, address)).toBeUndefined();
  });

  it('is idempotent, and blind to case and surrounding space', () => {
    fc.assert(
      fc.property(fc.emailAddress(), fc.constantFrom('', ' ', '\t'), (address, space) => {
        const once = spelled('email', address) as string;
        expect(spelled('email', once)).toBe(once);
        expect(spelled('email', `${space}${address.toUpperCase()}${space}`)).toBe(once);
      }),
    );
  });

  it('answers for any text without throwing', () => {
    const channels = fc.constantFrom<Channel>('email', 'sms', 'linkedin', 'contact_form');
    fc.assert(
      fc.property(channels, fc.string({ unit: 'binary' }), (channel, text) => void normaliseAddress(channel, text)),
    );
  });
});

describe('a fingerprint', () => {
  it('is the same for every spelling, and one number is one contact on sms and whatsapp', () => {
    expect(prints.address('t', 'email', 'A@B.test')).toBe(prints.address('t', 'email', ' a@b.TEST'));
    expect(prints.address('t', 'sms', '+4915112345678')).toBe(prints.address('t', 'whatsapp', '0049 151 12345678'));
    expect(prints.address('t', 'email', 'A@B.test')).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  it('differs by tenant, kind, address and key', () => {
    const other = createFingerprinter(generateFingerprintKey());
    const all = [
      prints.address('t', 'twitter', 'jane'),
      prints.address('u', 'twitter', 'jane'),
      prints.address('t', 'instagram', 'jane'),
      prints.address('t', 'twitter', 'june'),
      other.address('t', 'twitter', 'jane'),
      prints.recipient('t', 'jane'),
    ];
    expect(new Set(all).size).toBe(all.length);
    expect(prints.address('t', 'email', 'no address')).toBeUndefined();
  });

  it('of content ignores the order of keys and nothing else', () => {
    expect(prints.digest('t', { a: 1, b: [1, 2] })).toEqual(prints.digest('t', { b: [1, 2], a: 1 }));
    expect(prints.digest('t', { a: 1, b: [1, 2] })).not.toEqual(prints.digest('t', { a: 1, b: [2, 1] }));
    expect(prints.digest('t', {})).not.toEqual(prints.digest('u', {}));
  });
});

describe('a mask', () => {
  it.each<[Channel, string, string]>([
    ['email', 'jane@example.com', 'j***@e***.com'],
    ['sms', '+4915112345678', '+***78'],
    ['linkedin', 'https://linkedin.com/in/jane', 'j***'],
    ['contact_form', 'https://example.com/contact', 'e***.com'],
    ['contact_form', 'https://192.168.7.9/contact', '***'],
    ['email', 'nonsense', '***'],
  ])('of %s %s is %s', (channel, address, mask) => {
    expect(maskAddress(channel, address)).toBe(mask);
  });

  it('keeps at most one character of the local part and one of the domain', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (address) => {
        expect(maskAddress('email', address)).toMatch(/^.\*\*\*@(\*\*\*|.\*\*\*\.[a-z]{2,24})$/u);
      }),
    );
  });
});
