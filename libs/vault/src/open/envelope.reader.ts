import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { webcrypto } from 'node:crypto';
import { associatedData, envelopeInfo, hpkeX25519Aes256Gcm, importPublicKey } from '../envelope/envelope.codec.js';
import { EnvelopeError } from '../envelope/envelope.types.js';
import type { SealContext } from '../envelope/envelope.types.js';
import { encapsulatedBytes, keyBytes, overheadBytes, suite } from '../envelope/hpke.suite.js';

/** DER of an X25519 private key up to its 32 bytes (RFC 8410). */
const pkcs8Header = Buffer.from('302e020100300506032b656e04220420', 'hex');

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
    return new Uint8Array(
      await suite.open({ recipientKey: key, enc, info: envelopeInfo }, ct, associatedData(context)),
    );
  } catch {
    throw new EnvelopeError('unreadable');
  }
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
