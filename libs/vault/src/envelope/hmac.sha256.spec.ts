import { expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { hmacSha256 } from './hmac.sha256.js';

it('is what OpenSSL says it is, for keys and messages of every length', () => {
  const bytes = fc.uint8Array({ maxLength: 200 });
  fc.assert(
    fc.property(bytes, fc.array(bytes, { maxLength: 4 }), (key, parts) => {
      const expected = parts.reduce((hmac, part) => hmac.update(part), createHmac('sha256', key)).digest();
      expect(hmacSha256(key)(...parts)).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});
