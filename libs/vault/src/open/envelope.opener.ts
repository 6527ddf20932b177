import { openEnvelope } from './envelope.reader.js';
import type { SealContext } from '../envelope/envelope.types.js';
import { keyPairOf, type KeyPair } from '../envelope/x25519.keys.js';
import { decodeKey } from '../keys/vault.keys.js';
import { PersonKeyCache } from './person-key.cache.js';
import { RecipientCache } from './recipient.cache.js';

/** Batches of persons' keys whose opening is remembered; what is sent together was mostly sealed together. */
const rememberedBatches = 64;

export type SealedPersonKey = {
  readonly tenantId: string;
  readonly personId: string;
  readonly publicKey: Uint8Array;
  readonly sealedPrivateKey: Uint8Array;
};

/** Crypto of the opening half: installation key -> person's key -> content. */
export class EnvelopeOpener {
  readonly #installation: KeyPair;
  readonly #keys: PersonKeyCache;
  readonly #batches = new RecipientCache(rememberedBatches);

  /** @throws {TypeError} when the key is malformed */
  constructor(openKey: string, cachedKeys: number) {
    const raw = decodeKey(openKey, 'openKey');
    this.#installation = keyPairOf(raw);
    raw.fill(0);
    this.#keys = new PersonKeyCache(cachedKeys);
  }

  async openForInstallation(envelope: Uint8Array, context: SealContext): Promise<Uint8Array> {
    return openEnvelope(this.#installation, envelope, context, this.#batches);
  }

  async openForPerson(person: SealedPersonKey, envelope: Uint8Array, context: SealContext): Promise<Uint8Array> {
    return openEnvelope(await this.#personKey(person), envelope, context);
  }

  /** To be called as soon as a person is known to be erased. */
  forget(personId: string): void {
    this.#keys.forget(personId);
  }

  clear(): void {
    this.#keys.clear();
    this.#batches.clear();
  }

  async #personKey(person: SealedPersonKey): Promise<KeyPair> {
    const cached = this.#keys.get(person.personId);
    if (cached !== undefined) return cached;
    const context = { tenantId: person.tenantId, kind: 'person-key', id: person.personId };
    const raw = await this.openForInstallation(person.sealedPrivateKey, context);
    const key = keyPairOf(raw, person.publicKey);
    raw.fill(0);
    this.#keys.put(person.personId, key);
    return key;
  }
}
