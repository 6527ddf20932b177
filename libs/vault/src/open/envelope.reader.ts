import {
  associatedData,
  encapsulatedBytes,
  hpke,
  hpkeX25519Aes256Gcm,
  hpkeX25519Aes256GcmOfMany,
  sequenceBytes,
} from '../envelope/envelope.codec.js';
import { EnvelopeError } from '../envelope/envelope.types.js';
import type { SealContext } from '../envelope/envelope.types.js';
import { tagBytes } from '../envelope/hpke.base.js';
import type { KeyPair } from '../envelope/x25519.keys.js';
import type { RecipientCache } from './recipient.cache.js';

const headBytes = 1 + encapsulatedBytes;

/**
 * @param recipients where envelopes of one sealer come together: what opens them is worked out once
 * @throws {EnvelopeError} when the version is unknown or the bytes do not open under this key and context.
 */
export async function openEnvelope(
  pair: KeyPair,
  envelope: Uint8Array,
  context: SealContext,
  recipients?: RecipientCache,
): Promise<Uint8Array> {
  const version = envelope[0];
  if (version !== hpkeX25519Aes256Gcm && version !== hpkeX25519Aes256GcmOfMany) {
    throw new EnvelopeError('unknown_version');
  }
  const start = version === hpkeX25519Aes256Gcm ? headBytes : headBytes + sequenceBytes;
  if (envelope.byteLength < start + tagBytes) throw new EnvelopeError('unreadable');
  const enc = envelope.subarray(1, headBytes);
  const ct = envelope.subarray(start);
  const aad = associatedData(context);
  try {
    if (version === hpkeX25519Aes256Gcm) return Uint8Array.from(hpke.open(pair, { enc, ct }, aad));
    const known = recipients?.get(enc);
    const recipient = known ?? hpke.recipient(pair, enc);
    const sequence = new DataView(envelope.buffer, envelope.byteOffset + headBytes).getUint32(0);
    const opened = Uint8Array.from(recipient.open(ct, aad, sequence));
    if (!known) recipients?.put(enc, recipient);
    return opened;
  } catch {
    throw new EnvelopeError('unreadable');
  }
}
