import type { webcrypto } from 'node:crypto';
import { encapsulatedBytes, keyBytes, overheadBytes, suite } from './hpke.suite.js';
import { lengthPrefixed } from './length-prefix.codec.js';
import { EnvelopeError } from './envelope.types.js';
import type { SealContext } from './envelope.types.js';

/** First byte of every envelope. A new algorithm gets a new number; old envelopes stay readable. */
const hpkeX25519Aes256Gcm = 1;
const info = new TextEncoder().encode('homing.vault.v1');

function associatedData(context: SealContext): Uint8Array {
  return lengthPrefixed(['homing.vault', context.tenantId, context.kind, context.id]);
}

/** Seals to a public key (32 raw bytes). Layout: version, encapsulated key, ciphertext with tag. */
export async function sealEnvelope(
  publicKey: webcrypto.CryptoKey,
  bytes: Uint8Array,
  context: SealContext,
): Promise<Uint8Array> {
  const { enc, ct } = await suite.seal({ recipientPublicKey: publicKey, info }, bytes, associatedData(context));
  const envelope = new Uint8Array(1 + enc.byteLength + ct.byteLength);
  envelope[0] = hpkeX25519Aes256Gcm;
  envelope.set(new Uint8Array(enc), 1);
  envelope.set(new Uint8Array(ct), 1 + encapsulatedBytes);
  return envelope;
}

/** @throws {EnvelopeError} when the version is unknown or the bytes do not open under this key and context. */
export async function openEnvelope(
  key: webcrypto.CryptoKeyPair,
  envelope: Uint8Array,
  context: SealContext,
): Promise<Uint8Array> {
  if (envelope[0] !== hpkeX25519Aes256Gcm) throw new EnvelopeError('unknown_version');
  if (envelope.byteLength < overheadBytes) throw new EnvelopeError('unreadable');
  const enc = envelope.slice(1, 1 + encapsulatedBytes);
  const ct = envelope.slice(1 + encapsulatedBytes);
  try {
    return new Uint8Array(await suite.open({ recipientKey: key, enc, info }, ct, associatedData(context)));
  } catch {
    throw new EnvelopeError('unreadable');
  }
}

export function importPublicKey(raw: Uint8Array): Promise<webcrypto.CryptoKey> {
  if (raw.byteLength !== keyBytes) throw new TypeError('A vault public key has 32 bytes.');
  return suite.kem.deserializePublicKey(raw);
}
