import { associatedData, encapsulatedBytes, hpke, hpkeX25519Aes256Gcm } from '../envelope/envelope.codec.js';
import { EnvelopeError } from '../envelope/envelope.types.js';
import type { SealContext } from '../envelope/envelope.types.js';
import { tagBytes } from '../envelope/hpke.base.js';
import type { KeyPair } from '../envelope/x25519.keys.js';

const overheadBytes = 1 + encapsulatedBytes + tagBytes;

/** @throws {EnvelopeError} when the version is unknown or the bytes do not open under this key and context. */
export async function openEnvelope(pair: KeyPair, envelope: Uint8Array, context: SealContext): Promise<Uint8Array> {
  if (envelope[0] !== hpkeX25519Aes256Gcm) throw new EnvelopeError('unknown_version');
  if (envelope.byteLength < overheadBytes) throw new EnvelopeError('unreadable');
  const enc = envelope.subarray(1, 1 + encapsulatedBytes);
  const ct = envelope.subarray(1 + encapsulatedBytes);
  try {
    return Uint8Array.from(hpke.open(pair, { enc, ct }, associatedData(context)));
  } catch {
    throw new EnvelopeError('unreadable');
  }
}
