import { createCipheriv, createDecipheriv, createSecretKey, diffieHellman, type KeyObject } from 'node:crypto';
import { hmacSha256 } from './hmac.sha256.js';
import { newPair, publicKeyOf, type KeyPair, type PublicKey } from './x25519.keys.js';

// RFC 9180, base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. Names are those of the RFC.
const kemSuite = Buffer.from([0x4b, 0x45, 0x4d, 0x00, 0x20]); // "KEM", kem_id
const hpkeSuite = Buffer.from([0x48, 0x50, 0x4b, 0x45, 0x00, 0x20, 0x00, 0x01, 0x00, 0x02]); // "HPKE", kem_id, kdf_id, aead_id
const version = Buffer.from('HPKE-v1');
const empty = Buffer.alloc(0);
const noSalt = Buffer.alloc(32);
const modeBase = Buffer.from([0]);
const firstBlock = Buffer.from([1]);

const aead = 'aes-256-gcm';
export const tagBytes = 16;
/** Numbers take four bytes here; the RFC would allow more. */
const lastSequence = 0xffffffff;
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

/** A context that seals one message after another; never two under one number. */
export interface Sender {
  readonly enc: Uint8Array;
  readonly seal: (plaintext: Uint8Array, aad: Uint8Array) => { readonly sequence: number; readonly ct: Buffer };
}

/** A context that opens what its sender sealed, in any order. */
export interface Recipient {
  /** @throws Error when it does not open under this key, these associated data and this number */
  readonly open: (ct: Uint8Array, aad: Uint8Array, sequence: number) => Buffer;
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

  /** One message under an encapsulated key of its own. @throws what `sender` throws */
  seal(to: PublicKey, plaintext: Uint8Array, aad: Uint8Array): Sealed {
    const { enc, seal } = this.sender(to);
    return { enc, ct: seal(plaintext, aad).ct };
  }

  /** @throws Error when it does not open under this key and these associated data */
  open(pair: KeyPair, { enc, ct }: { enc: Uint8Array; ct: Uint8Array }, aad: Uint8Array): Buffer {
    return this.recipient(pair, enc).open(ct, aad, 0);
  }

  /** SetupBaseS. @throws Error when the public key is one nobody may seal to (a point of small order) */
  sender(to: PublicKey): Sender {
    const ephemeral = newPair();
    const enc = ephemeral.publicRaw;
    const { key, nonce } = this.#schedule(sharedSecret(ephemeral.privateKey, to.key, enc, to.raw));
    let next = 0;
    return {
      enc,
      seal: (plaintext, aad) => {
        if (next > lastSequence) throw new RangeError('an HPKE context takes no more messages');
        const sequence = next++;
        const cipher = createCipheriv(aead, key, nonceOf(nonce, sequence));
        cipher.setAAD(aad);
        return { sequence, ct: Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]) };
      },
    };
  }

  /** SetupBaseR. @throws Error when the encapsulated key is none */
  recipient(pair: KeyPair, enc: Uint8Array): Recipient {
    const from = publicKeyOf(enc);
    const { key, nonce } = this.#schedule(sharedSecret(pair.privateKey, from.key, enc, pair.publicRaw));
    return {
      open: (ct, aad, sequence) => {
        const end = ct.byteLength - tagBytes;
        const decipher = createDecipheriv(aead, key, nonceOf(nonce, sequence), { authTagLength: tagBytes });
        decipher.setAAD(aad);
        decipher.setAuthTag(ct.subarray(end));
        return Buffer.concat([decipher.update(ct.subarray(0, end)), decipher.final()]);
      },
    };
  }

  /** KeySchedule; `nonce` is the base nonce. */
  #schedule(shared: Buffer): { key: KeyObject; nonce: Buffer } {
    const secret = labeledExtract(hpkeSuite, shared, 'secret', empty);
    return {
      // As a key of Node's own: for bare bytes a cipher first makes two errors, with stacks, to find out that they are none.
      key: createSecretKey(labeledExpand(hpkeSuite, secret, 'key', this.#context, keyLength)),
      nonce: labeledExpand(hpkeSuite, secret, 'base_nonce', this.#context, nonceLength),
    };
  }
}

/** ComputeNonce: the base nonce with the sequence number over its last bytes. The first is 0, and leaves it as it is. */
function nonceOf(base: Buffer, sequence: number): Buffer {
  if (sequence === 0) return base;
  const nonce = Buffer.from(base);
  nonce.writeUInt32BE((nonce.readUInt32BE(nonceLength - 4) ^ sequence) >>> 0, nonceLength - 4);
  return nonce;
}

/** DHKEM's ExtractAndExpand. OpenSSL refuses a shared point that is all zeros, as the RFC wants. */
function sharedSecret(privateKey: KeyObject, publicKey: KeyObject, enc: Uint8Array, recipient: Uint8Array): Buffer {
  const dh = diffieHellman({ privateKey, publicKey });
  const prk = labeledExtract(kemSuite, noSalt, 'eae_prk', dh);
  return labeledExpand(kemSuite, prk, 'shared_secret', Buffer.concat([enc, recipient]), secretLength);
}
