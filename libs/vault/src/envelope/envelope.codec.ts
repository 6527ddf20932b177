import type { webcrypto } from 'node:crypto';
import { encapsulatedBytes, keyBytes, suite } from './hpke.suite.js';
import { lengthPrefixed } from './length-prefix.codec.js';
import type { SealContext } from './envelope.types.js';

/** First byte of every envelope. A new algorithm gets a new number; old envelopes stay readable. */
export const hpkeX25519Aes256Gcm = 1;
export const envelopeInfo = new TextEncoder().encode('homing.vault.v1');

export function associatedData(context: SealContext): Uint8Array {
  return lengthPrefixed(['homing.vault', context.tenantId, context.kind, context.id]);
}

/** Seals to a public key (32 raw bytes). Layout: version, encapsulated key, ciphertext with tag. */
export async function sealEnvelope(
  publicKey: webcrypto.CryptoKey,
  bytes: Uint8Array,
  context: SealContext,
): Promise<Uint8Array> {
  const { enc, ct } = await suite.seal(
    { recipientPublicKey: publicKey, info: envelopeInfo },
    bytes,
    associatedData(context),
  );
  const envelope = new Uint8Array(1 + enc.byteLength + ct.byteLength);
  envelope[0] = hpkeX25519Aes256Gcm;
  envelope.set(new Uint8Array(enc), 1);
  envelope.set(new Uint8Array(ct), 1 + encapsulatedBytes);
  return envelope;
}

export function importPublicKey(raw: Uint8Array): Promise<webcrypto.CryptoKey> {
  if (raw.byteLength !== keyBytes) throw new TypeError('A vault public key has 32 bytes.');
  return suite.kem.deserializePublicKey(raw);
}
