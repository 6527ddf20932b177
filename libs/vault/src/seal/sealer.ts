import { envelopesTo, sealEnvelope } from '../envelope/envelope.codec.js';
import { publicKeyOf } from '../envelope/x25519.keys.js';
import type { SealContext } from '../envelope/envelope.types.js';
import { decodeKey } from '../keys/vault.keys.js';

/** Seals with public keys only: whoever holds a sealer can read nothing. */
export type Sealer = {
  /** For things that belong to no known person yet, such as dead letters. Opened by `openForInstallation`. */
  sealForInstallation(bytes: Uint8Array, context: SealContext): Promise<Uint8Array>;
  /**
   * The same for what is stored together: one key agreement for all of it, an envelope and a number for each. Make one for a batch and
   * let it go with the batch.
   */
  sealBatchForInstallation(): (bytes: Uint8Array, context: SealContext) => Promise<Uint8Array>;
  /** `publicKey`: the person's 32 raw bytes. Gone for good once the person's key is destroyed. */
  sealForPerson(publicKey: Uint8Array, bytes: Uint8Array, context: SealContext): Promise<Uint8Array>;
};

/**
 * @param settings.sealKey the installation's public key, base64 (`generateVaultKeys().sealKey`)
 * @throws {TypeError} when the key is malformed
 */
export function createSealer(settings: { readonly sealKey: string }): Sealer {
  const installation = publicKeyOf(decodeKey(settings.sealKey, 'sealKey'));
  return {
    sealForInstallation: (bytes, context) => sealEnvelope(installation, bytes, context),
    sealBatchForInstallation: () => {
      const seal = envelopesTo(installation);
      return async (bytes, context) => seal(bytes, context);
    },
    async sealForPerson(publicKey, bytes, context) {
      return sealEnvelope(publicKeyOf(publicKey), bytes, context);
    },
  };
}
