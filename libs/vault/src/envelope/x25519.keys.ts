import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';

export const keyBytes = 32;

const asymmetricKeyType = 'x25519';

/** An X25519 public key, ready to be sealed to. */
export type PublicKey = { readonly key: KeyObject; readonly raw: Uint8Array };
/** An X25519 key pair, ready to open with. The private half is OpenSSL's memory, wiped when the last reference is collected. */
export type KeyPair = { readonly privateKey: KeyObject; readonly publicRaw: Uint8Array };

/** @throws {TypeError} when it is not 32 bytes */
export function publicKeyOf(raw: Uint8Array): PublicKey {
  if (raw.byteLength !== keyBytes) throw new TypeError('A vault public key has 32 bytes.');
  const key = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  return { key: stackless(() => createPublicKey({ key, format: 'raw-public', asymmetricKeyType })), raw };
}

/**
 * @param publicRaw where it is known: deriving it costs a multiplication
 * @throws {TypeError} when it is not 32 bytes
 */
export function keyPairOf(rawPrivate: Uint8Array, publicRaw?: Uint8Array): KeyPair {
  if (rawPrivate.byteLength !== keyBytes) throw new TypeError('A vault private key has 32 bytes.');
  const key = Buffer.from(rawPrivate.buffer, rawPrivate.byteOffset, rawPrivate.byteLength);
  const privateKey = stackless(() => createPrivateKey({ key, format: 'raw-private', asymmetricKeyType }));
  return { privateKey, publicRaw: publicRaw ?? rawOf(createPublicKey(privateKey)) };
}

/** A fresh pair as raw bytes. The caller zeroes the private half. */
export function newRawPair(): { publicKey: Uint8Array; privateKey: Uint8Array } {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  return { publicKey: rawOf(publicKey), privateKey: privateKey.export({ format: 'raw-private' }) };
}

/** A fresh pair whose private half never becomes bytes of ours. */
export function newPair(): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  return { privateKey, publicRaw: rawOf(publicKey) };
}

const rawOf = (publicKey: KeyObject): Uint8Array => publicKey.export({ format: 'raw-public' });

/**
 * Node asks whether what it is given is a key of its own by catching what that throws: two errors for every key made from bytes. Their
 * stack traces would take more time than the key.
 */
function stackless<T>(make: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
