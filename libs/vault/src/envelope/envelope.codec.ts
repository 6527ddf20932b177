import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { webcrypto } from 'node:crypto';
import { encapsulatedBytes, keyBytes, overheadBytes, suite } from './hpke.suite.js';
import { lengthPrefixed } from './length-prefix.codec.js';
import { EnvelopeError } from './envelope.types.js';
import type { SealContext } from './envelope.types.js';

/** First byte of every envelope. A new algorithm gets a new number; old envelopes stay readable. */
const hpkeX25519Aes256Gcm = 1;
/** DER of an X25519 private key up to its 32 bytes (RFC 8410). */
const pkcs8Header = Buffer.from('302e020100300506032b656e04220420', 'hex');
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

/** @param publicKey where it is known: deriving it costs an export of the private one */
export async function importKeyPair(raw: Uint8Array, publicKey?: Uint8Array): Promise<webcrypto.CryptoKeyPair> {
  const privateKey = await suite.kem.deserializePrivateKey(raw);
  if (publicKey !== undefined) return { privateKey, publicKey: await importPublicKey(publicKey) };
  return { privateKey, publicKey: await importPublicKey(publicBytesOf(raw)) };
}

function publicBytesOf(rawPrivateKey: Uint8Array): Uint8Array {
  const der = Buffer.concat([pkcs8Header, rawPrivateKey]);
  const publicKey = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  der.fill(0);
  return new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(-keyBytes));
}
