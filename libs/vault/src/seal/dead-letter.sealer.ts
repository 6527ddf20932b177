import { readMessage, tenantNamedBy } from '@homing/contracts';
import { encodeLetter, letterContext } from '../dead-letter/letter.content.js';
import type { LetterContent } from '../dead-letter/letter.content.js';
import { createSealer } from './sealer.js';

/** Whom a message is about, as far as it says so. */
export type LetterConcern = {
  /** Undefined: nobody's but the installation's own. */
  readonly tenantId: string | undefined;
  /** Keyed hashes of recipients and addresses, by which erasure finds the letter. */
  readonly subjects: readonly string[];
};

export type SealedLetter = LetterConcern & { readonly bytes: Uint8Array };
/** `id`: the letter's message id on the bus. */
export type LetterToSeal = LetterContent & { readonly id: string };

export type DeadLetterSealerParts = {
  /** Public half of the key pair for dead letters, base64. Another pair than the installation's: it opens nothing else. */
  readonly sealKey: string;
  /** Default: the tenant the message names, and nobody. Must not throw. */
  readonly concern?: (bytes: Uint8Array) => LetterConcern;
};

/**
 * Seals what nobody could handle. Tenant and letter are authenticated, so that no letter opens under another's name.
 * @throws {TypeError} when the key is malformed
 */
export function createDeadLetterSealer(parts: DeadLetterSealerParts): (letter: LetterToSeal) => Promise<SealedLetter> {
  const sealer = createSealer(parts);
  const concern = parts.concern ?? tenantAlone;
  return async (letter) => {
    const { tenantId, subjects } = concern(letter.bytes);
    const context = letterContext({ id: letter.id, tenantId });
    return { bytes: await sealer.sealForInstallation(encodeLetter(letter), context), tenantId, subjects };
  };
}

function tenantAlone(bytes: Uint8Array): LetterConcern {
  const message = readMessage(bytes);
  return { tenantId: message && tenantNamedBy(message), subjects: [] };
}
