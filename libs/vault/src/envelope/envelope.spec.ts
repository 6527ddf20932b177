import { beforeAll, describe, expect, it } from '@jest/globals';
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import fc from 'fast-check';
import { generateVaultKeys } from '../keys/vault.keys.js';
import type { VaultKeys } from '../keys/vault.keys.js';
import { EnvelopeOpener } from '../open/envelope.opener.js';
import { createSealer } from '../seal/sealer.js';
import { EnvelopeError } from './envelope.types.js';
import { HpkeBase } from './hpke.base.js';
import { lengthPrefixed } from './length-prefix.codec.js';
import { keyPairOf, newRawPair, publicKeyOf } from './x25519.keys.js';

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

describe('the envelopes of a batch', () => {
  const context = (id: number) => ({ tenantId: 't', kind: 'person-key', id: String(id) });
  const batch = async (size: number): Promise<Uint8Array[]> => {
    const seal = createSealer(keys).sealBatchForInstallation();
    return Promise.all(Array.from({ length: size }, (_, i) => seal(new Uint8Array([i, 7]), context(i))));
  };

  it('open in any order, each in its own context alone, beside those of other batches', async () => {
    const opener = new EnvelopeOpener(keys.openKey, 1);
    const [one, other] = [await batch(5), await batch(5)];
    for (const i of [3, 0, 4, 0, 2, 1]) {
      for (const envelopes of [one, other]) {
        const envelope = envelopes[i] as Uint8Array;
        expect(await opener.openForInstallation(envelope, context(i))).toEqual(new Uint8Array([i, 7]));
        await expect(opener.openForInstallation(envelope, context(i + 1))).rejects.toEqual(unreadable);
      }
    }
    expect(one[0]?.slice(1, 33)).not.toEqual(other[0]?.slice(1, 33));
  });

  it('do not open for another key, nor once any bit is changed or the end is cut off, also where one of them was opened', async () => {
    const envelopes = await batch(2);
    const envelope = envelopes[1] as Uint8Array;
    await expect(new EnvelopeOpener(strangers.openKey, 1).openForInstallation(envelope, context(1))).rejects.toEqual(
      unreadable,
    );
    const opener = new EnvelopeOpener(keys.openKey, 1);
    await opener.openForInstallation(envelopes[0] as Uint8Array, context(0));
    await fc.assert(
      fc.asyncProperty(fc.nat(envelope.length - 1), fc.nat(7), async (at, bit) => {
        const altered = Uint8Array.from(envelope);
        altered[at] = (altered[at] as number) ^ (1 << bit);
        await expect(opener.openForInstallation(altered, context(1))).rejects.toBeInstanceOf(EnvelopeError);
        await expect(opener.openForInstallation(envelope.slice(0, at), context(1))).rejects.toBeInstanceOf(
          EnvelopeError,
        );
      }),
      { numRuns: 60 },
    );
  });

  it('never bear one number twice', async () => {
    const envelopes = await batch(40);
    expect(new Set(envelopes.map((envelope) => Buffer.from(envelope.slice(1, 37)).toString('hex'))).size).toBe(40);
  });
});

describe('the suite', () => {
  const stock = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
  const arrayBuffer = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;

  it('is RFC 9180: another implementation opens ours and we open its, under any info', async () => {
    const ours = newRawPair();
    const theirs = {
      privateKey: await stock.kem.deserializePrivateKey(ours.privateKey),
      publicKey: await stock.kem.deserializePublicKey(ours.publicKey),
    };
    const short = fc.uint8Array({ maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(contents, short, short, async (bytes, aad, info) => {
        const base = new HpkeBase(info);
        const { enc, ct } = base.seal(publicKeyOf(ours.publicKey), bytes, aad);
        const opened = await stock.open(
          { recipientKey: theirs, enc: arrayBuffer(enc), info: arrayBuffer(info) },
          arrayBuffer(ct),
          arrayBuffer(aad),
        );
        expect(new Uint8Array(opened)).toEqual(bytes);
        const sent = await stock.seal({ recipientPublicKey: theirs.publicKey, info: arrayBuffer(info) }, bytes, aad);
        const back = { enc: new Uint8Array(sent.enc), ct: new Uint8Array(sent.ct) };
        expect(new Uint8Array(base.open(keyPairOf(ours.privateKey), back, aad))).toEqual(bytes);
      }),
      { numRuns: 50 },
    );
  });

  it('is RFC 9180 for message after message under one encapsulated key, in both directions', async () => {
    const ours = newRawPair();
    const recipientKey = {
      privateKey: await stock.kem.deserializePrivateKey(ours.privateKey),
      publicKey: await stock.kem.deserializePublicKey(ours.publicKey),
    };
    const info = arrayBuffer(new Uint8Array([1, 2]));
    const base = new HpkeBase(new Uint8Array([1, 2]));
    const sender = base.sender(publicKeyOf(ours.publicKey));
    const reader = await stock.createRecipientContext({ recipientKey, enc: arrayBuffer(sender.enc), info });
    const writer = await stock.createSenderContext({ recipientPublicKey: recipientKey.publicKey, info });
    const recipient = base.recipient(keyPairOf(ours.privateKey), new Uint8Array(writer.enc));
    for (let n = 0; n < 300; n += 1) {
      const bytes = new Uint8Array([n & 0xff, n >> 8]);
      const { ct, sequence } = sender.seal(bytes, bytes);
      expect(sequence).toBe(n);
      expect(new Uint8Array(await reader.open(arrayBuffer(ct), arrayBuffer(bytes)))).toEqual(bytes);
      const sealed = new Uint8Array(await writer.seal(arrayBuffer(bytes), arrayBuffer(bytes)));
      expect(new Uint8Array(recipient.open(sealed, bytes, n))).toEqual(bytes);
    }
  });

  it('seals to no point of small order, and opens nothing from one', () => {
    const zero = new Uint8Array(32);
    const base = new HpkeBase(zero);
    expect(() => base.seal(publicKeyOf(zero), zero, zero)).toThrow();
    const pair = newRawPair();
    const { ct } = base.seal(publicKeyOf(pair.publicKey), zero, zero);
    expect(() => base.open(keyPairOf(pair.privateKey), { enc: zero, ct }, zero)).toThrow();
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
