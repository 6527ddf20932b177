import { beforeAll, describe, expect, it } from '@jest/globals';
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import fc from 'fast-check';
import { generateVaultKeys } from '../keys/vault.keys.js';
import type { VaultKeys } from '../keys/vault.keys.js';
import { EnvelopeOpener } from '../open/envelope.opener.js';
import { createSealer } from '../seal/sealer.js';
import { EnvelopeError } from './envelope.types.js';
import { suite } from './hpke.suite.js';
import { lengthPrefixed } from './length-prefix.codec.js';

let keys: VaultKeys;
let strangers: VaultKeys;
beforeAll(async () => {
  [keys, strangers] = await Promise.all([generateVaultKeys(), generateVaultKeys()]);
});

const contexts = fc.record({ tenantId: fc.string(), kind: fc.string(), id: fc.string() });
const contents = fc.uint8Array({ maxLength: 5000 });
const unreadable = new EnvelopeError('unreadable');

describe('an envelope', () => {
  it('opens with its key and context to what was sealed, and is never the same twice', async () => {
    const sealer = createSealer(keys);
    const opener = new EnvelopeOpener(keys.openKey, 1);
    await fc.assert(
      fc.asyncProperty(contents, contexts, async (bytes, context) => {
        const [one, two] = await Promise.all([1, 2].map(() => sealer.sealForInstallation(bytes, context)));
        expect(await opener.openForInstallation(one as Uint8Array, context)).toEqual(bytes);
        expect(one).not.toEqual(two);
      }),
      { numRuns: 40 },
    );
  });

  it('does not open in any other context', async () => {
    const sealer = createSealer(keys);
    const opener = new EnvelopeOpener(keys.openKey, 1);
    await fc.assert(
      fc.asyncProperty(
        contexts,
        fc.constantFrom('tenantId', 'kind', 'id'),
        fc.string(),
        async (context, field, value) => {
          fc.pre(context[field] !== value);
          const other = { ...context, [field]: value };
          const envelope = await sealer.sealForInstallation(new Uint8Array([1]), context);
          await expect(opener.openForInstallation(envelope, other)).rejects.toEqual(unreadable);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('does not open with another key', async () => {
    const context = { tenantId: 't', kind: 'request', id: '1' };
    const envelope = await createSealer(keys).sealForInstallation(new Uint8Array([1]), context);
    await expect(new EnvelopeOpener(strangers.openKey, 1).openForInstallation(envelope, context)).rejects.toEqual(
      unreadable,
    );
  });

  it('does not open once any bit is changed or the end is cut off', async () => {
    const context = { tenantId: 't', kind: 'request', id: '1' };
    const envelope = await createSealer(keys).sealForInstallation(new Uint8Array(60), context);
    const opener = new EnvelopeOpener(keys.openKey, 1);
    await fc.assert(
      fc.asyncProperty(fc.nat(envelope.length - 1), fc.nat(7), async (at, bit) => {
        const altered = Uint8Array.from(envelope);
        altered[at] = (altered[at] as number) ^ (1 << bit);
        // The topmost bit of an X25519 public key is ignored by the curve, yet bound by the key schedule.
        await expect(opener.openForInstallation(altered, context)).rejects.toBeInstanceOf(EnvelopeError);
        await expect(opener.openForInstallation(envelope.slice(0, at), context)).rejects.toBeInstanceOf(EnvelopeError);
      }),
      { numRuns: 60 },
    );
  });

  it('of an unknown version says so', async () => {
    const opener = new EnvelopeOpener(keys.openKey, 1);
    await expect(
      opener.openForInstallation(new Uint8Array(80).fill(9), { tenantId: '', kind: '', id: '' }),
    ).rejects.toEqual(new EnvelopeError('unknown_version'));
  });
});

describe('the suite', () => {
  it('is RFC 9180: the library’s own implementation opens ours and we open its', async () => {
    const stock = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
    const pair = await stock.kem.generateKeyPair();
    await fc.assert(
      fc.asyncProperty(contents, fc.uint8Array({ maxLength: 40 }), async (bytes, aad) => {
        const info = new TextEncoder().encode('x');
        for (const [from, to] of [
          [suite, stock],
          [stock, suite],
        ] as const) {
          const { enc, ct } = await from.seal({ recipientPublicKey: pair.publicKey, info }, bytes, aad);
          expect(new Uint8Array(await to.open({ recipientKey: pair, enc, info }, ct, aad))).toEqual(bytes);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('agrees with it on exported secrets of every length, so on every step of the derivation', async () => {
    const stock = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
    const pair = await stock.kem.generateKeyPair();
    const sender = await suite.createSenderContext({ recipientPublicKey: pair.publicKey });
    const recipient = await stock.createRecipientContext({ recipientKey: pair, enc: sender.enc });
    for (const length of [1, 31, 32, 33, 64, 100])
      expect(await sender.export(new Uint8Array([7]), length)).toEqual(
        await recipient.export(new Uint8Array([7]), length),
      );
  });
});

describe('keys', () => {
  it('of the wrong length are refused by name, never shown', () => {
    expect(() => createSealer({ sealKey: 'c2hvcnQ=' })).toThrow('sealKey must be 32 bytes in base64.');
    expect(() => new EnvelopeOpener('c2hvcnQ=', 1)).toThrow('openKey must be 32 bytes in base64.');
  });
});

describe('lengthPrefixed', () => {
  it('gives different bytes for different lists', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.array(fc.string({ unit: 'grapheme' })), (a, b) => {
        expect(lengthPrefixed(a).equals(lengthPrefixed(b))).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
    expect(lengthPrefixed(['a', 'bc'])).not.toEqual(lengthPrefixed(['ab', 'c']));
  });
});
