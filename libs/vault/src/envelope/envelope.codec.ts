import type { SealContext } from './envelope.types.js';
import { HpkeBase, type Sender } from './hpke.base.js';
import { lengthPrefixed } from './length-prefix.codec.js';
import { keyBytes, type PublicKey } from './x25519.keys.js';

/** First byte of every envelope. A new algorithm gets a new number; old envelopes stay readable. */
export const hpkeX25519Aes256Gcm = 1;
/** The same suite, several envelopes under one encapsulated key, each with its number. */
export const hpkeX25519Aes256GcmOfMany = 2;
export const envelopeInfo = new TextEncoder().encode('homing.vault.v1');

export function associatedData(context: SealContext): Uint8Array {
  return lengthPrefixed(['homing.vault', context.tenantId, context.kind, context.id]);
}

export const hpke = new HpkeBase(envelopeInfo);
export const encapsulatedBytes = keyBytes;

/** Seals to a public key. Layout: version, encapsulated key, ciphertext with tag. */
export async function sealEnvelope(publicKey: PublicKey, bytes: Uint8Array, context: SealContext): Promise<Uint8Array> {
  const { enc, ct } = hpke.seal(publicKey, bytes, associatedData(context));
  const envelope = new Uint8Array(1 + enc.byteLength + ct.byteLength);
  envelope[0] = hpkeX25519Aes256Gcm;
  envelope.set(enc, 1);
  envelope.set(ct, 1 + encapsulatedBytes);
  return envelope;
}

export const sequenceBytes = 4;

/** Seals one thing after another under one encapsulated key. Layout: version, encapsulated key, number, ciphertext with tag. */
export function envelopesTo(publicKey: PublicKey): (bytes: Uint8Array, context: SealContext) => Uint8Array {
  let sender: Sender | undefined;
  return (bytes, context) => {
    sender ??= hpke.sender(publicKey);
    const { sequence, ct } = sender.seal(bytes, associatedData(context));
    const head = Buffer.alloc(1 + encapsulatedBytes + sequenceBytes);
    head[0] = hpkeX25519Aes256GcmOfMany;
    head.set(sender.enc, 1);
    head.writeUInt32BE(sequence, 1 + encapsulatedBytes);
    return new Uint8Array(Buffer.concat([head, ct]));
  };
}
