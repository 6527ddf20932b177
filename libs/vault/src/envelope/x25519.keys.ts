import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';

export const keyBytes = 32;

/** DER up to the 32 bytes of the key itself (RFC 8410). */
const privateHeader = Buffer.from('302e020100300506032b656e04220420', 'hex');
const publicHeader = Buffer.from('302a300506032b656e032100', 'hex');

/** An X25519 public key, ready to be sealed to. */
export type PublicKey = { readonly key: KeyObject; readonly raw: Uint8Array };
/** An X25519 key pair, ready to open with. The private half is OpenSSL's memory, wiped when the last reference is collected. */
export type KeyPair = { readonly privateKey: KeyObject; readonly publicRaw: Uint8Array };

/** @throws {TypeError} when it is not 32 bytes */
export function publicKeyOf(raw: Uint8Array): PublicKey {
  if (raw.byteLength !== keyBytes) throw new TypeError('A vault public key has 32 bytes.');
  return { key: createPublicKey({ key: Buffer.concat([publicHeader, raw]), format: 'der', type: 'spki' }), raw };
}

/**
 * @param publicRaw where it is known: deriving it costs a multiplication
 * @throws {TypeError} when it is not 32 bytes
 */
export function keyPairOf(rawPrivate: Uint8Array, publicRaw?: Uint8Array): KeyPair {
  if (rawPrivate.byteLength !== keyBytes) throw new TypeError('A vault private key has 32 bytes.');
  const der = Buffer.concat([privateHeader, rawPrivate]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  der.fill(0);
  return { privateKey, publicRaw: publicRaw ?? rawOf(createPublicKey(privateKey)) };
}

/** A fresh pair as raw bytes. The caller zeroes the private half. */
export function newRawPair(): { publicKey: Uint8Array; privateKey: Uint8Array } {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  const der = privateKey.export({ format: 'der', type: 'pkcs8' });
  const raw = Uint8Array.from(der.subarray(-keyBytes));
  der.fill(0);
  return { publicKey: rawOf(publicKey), privateKey: raw };
}

/** A fresh pair whose private half never becomes bytes of ours. */
export function newPair(): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  return { privateKey, publicRaw: rawOf(publicKey) };
}

/** By way of JWK, whose export takes a twentieth of the time of DER's. */
const rawOf = (publicKey: KeyObject): Uint8Array =>
  new Uint8Array(Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'));
