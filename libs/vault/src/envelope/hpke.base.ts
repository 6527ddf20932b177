import { createCipheriv, createDecipheriv, createSecretKey, diffieHellman, type KeyObject } from 'node:crypto';
import { hmacSha256 } from './hmac.sha256.js';
import { newPair, publicKeyOf, type KeyPair, type PublicKey } from './x25519.keys.js';

// RFC 9180, base mode, one message a context: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. Names are those of the RFC.
const kemSuite = Buffer.from([0x4b, 0x45, 0x4d, 0x00, 0x20]); // "KEM", kem_id
const hpkeSuite = Buffer.from([0x48, 0x50, 0x4b, 0x45, 0x00, 0x20, 0x00, 0x01, 0x00, 0x02]); // "HPKE", kem_id, kdf_id, aead_id
const version = Buffer.from('HPKE-v1');
const empty = Buffer.alloc(0);
const noSalt = Buffer.alloc(32);
const modeBase = Buffer.from([0]);
const firstBlock = Buffer.from([1]);

export const tagBytes = 16;
const [keyLength, nonceLength, secretLength] = [32, 12, 32];

const labeledExtract = (suite: Buffer, salt: Uint8Array, label: string, ikm: Uint8Array): Buffer =>
  hmacSha256(salt)(version, suite, Buffer.from(label), ikm);

/** For up to 32 bytes, the length of one hash: the first block of HKDF-Expand is the whole of it. */
function labeledExpand(suite: Buffer, prk: Buffer, label: string, info: Uint8Array, length: number): Buffer {
  const lengthBytes = Buffer.from([0, length]);
  const block = hmacSha256(prk)(lengthBytes, version, suite, Buffer.from(label), info, firstBlock);
  return block.subarray(0, length);
}

export interface Sealed {
  /** The encapsulated key: the sender's public key for this one message. */
  readonly enc: Uint8Array;
  /** Ciphertext and tag. */
  readonly ct: Buffer;
}

/**
 * HPKE for one `info`, straight on Node's crypto. Held against `@hpke/core` in its spec, byte for byte in both directions; that
 * library itself takes two and a half times the CPU, for it crosses into the thread pool at every step.
 */
export class HpkeBase {
  readonly #context: Buffer;

  constructor(info: Uint8Array) {
    const pskIdHash = labeledExtract(hpkeSuite, noSalt, 'psk_id_hash', empty);
    const infoHash = labeledExtract(hpkeSuite, noSalt, 'info_hash', info);
    this.#context = Buffer.concat([modeBase, pskIdHash, infoHash]);
  }

  /** @throws Error when the public key is one nobody may seal to (a point of small order) */
  seal(to: PublicKey, plaintext: Uint8Array, aad: Uint8Array): Sealed {
    const ephemeral = newPair();
    const enc = ephemeral.publicRaw;
    const { key, nonce } = this.#schedule(sharedSecret(ephemeral.privateKey, to.key, enc, to.raw));
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    cipher.setAAD(aad);
    return { enc, ct: Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]) };
  }

  /** @throws Error when it does not open under this key and these associated data */
  open(pair: KeyPair, { enc, ct }: { enc: Uint8Array; ct: Uint8Array }, aad: Uint8Array): Buffer {
    const from = publicKeyOf(enc);
    const { key, nonce } = this.#schedule(sharedSecret(pair.privateKey, from.key, enc, pair.publicRaw));
    const end = ct.byteLength - tagBytes;
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
    decipher.setAAD(aad);
    decipher.setAuthTag(ct.subarray(end));
    return Buffer.concat([decipher.update(ct.subarray(0, end)), decipher.final()]);
  }

  /** KeySchedule; the first sequence number is 0, so the base nonce is the nonce. */
  #schedule(shared: Buffer): { key: KeyObject; nonce: Buffer } {
    const secret = labeledExtract(hpkeSuite, shared, 'secret', empty);
    return {
      // As a key of Node's own: for bare bytes a cipher first makes two errors, with stacks, to find out that they are none.
      key: createSecretKey(labeledExpand(hpkeSuite, secret, 'key', this.#context, keyLength)),
      nonce: labeledExpand(hpkeSuite, secret, 'base_nonce', this.#context, nonceLength),
    };
  }
}

/** DHKEM's ExtractAndExpand. OpenSSL refuses a shared point that is all zeros, as the RFC wants. */
function sharedSecret(privateKey: KeyObject, publicKey: KeyObject, enc: Uint8Array, recipient: Uint8Array): Buffer {
  const dh = diffieHellman({ privateKey, publicKey });
  const prk = labeledExtract(kemSuite, noSalt, 'eae_prk', dh);
  return labeledExpand(kemSuite, prk, 'shared_secret', Buffer.concat([enc, recipient]), secretLength);
}
