import { answerContext, decodeLetter, letterContext, repairContext } from '../dead-letter/letter.content.js';
import { sealEnvelope } from '../envelope/envelope.codec.js';
import { publicKeyOf } from '../envelope/x25519.keys.js';
import { decodeKey } from '../keys/vault.keys.js';
import { EnvelopeOpener } from '../open/envelope.opener.js';
import type { LetterOpener } from './desk.types.js';

/**
 * @param settings.openKey private half of the dead letters' own key pair, base64
 * @throws {TypeError} when the key is malformed
 */
export function createLetterOpener(settings: { readonly openKey: string }): LetterOpener {
  const opener = new EnvelopeOpener(settings.openKey, 0);
  return {
    async open(sealed, { messageId, sealedTenant }) {
      const context = letterContext({ id: messageId, tenantId: sealedTenant ?? undefined });
      return decodeLetter(await opener.openForInstallation(sealed, context));
    },
    openRepair: (sealed, letterId) => opener.openForInstallation(sealed, repairContext(letterId)),
    sealAnswer: async (bytes, { letterId, key }) =>
      sealEnvelope(publicKeyOf(decodeKey(key, 'answerKey')), bytes, answerContext(letterId)),
  };
}
