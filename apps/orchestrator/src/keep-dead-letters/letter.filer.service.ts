import { Collector, fulfilled, type DeadLetterStream } from '@homing/messaging';
import type { DeadLetterFile } from '@homing/vault/desk';
import type { RegistryReader } from '@homing/vault/registry';
import { isTenantId, readLetter, type LetterOnBus, type ReadLetter } from './letter.filing.js';

export interface FilerParts {
  readonly file: Pick<DeadLetterFile, 'file' | 'listSuperseded'>;
  readonly stream: Pick<DeadLetterStream, 'remove'>;
  readonly registry: Pick<RegistryReader, 'findTenants'>;
}

/** Files what the bus says of dead letters, set-wise. Their content is not even pulled. Filing one again changes nothing. */
export class LetterFiler {
  readonly #collector: Collector<ReadLetter, void>;

  constructor(private readonly parts: FilerParts) {
    this.#collector = new Collector({
      name: 'file-dead-letters',
      flush: (letters) => this.#flush(letters),
      maxBatch: 128,
      lingerMs: 5,
    });
  }

  /** Resolves when it is filed. @throws PoisonError when it is no dead letter */
  async file(letter: LetterOnBus): Promise<void> {
    await this.#collector.add(readLetter(letter));
  }

  async #flush(letters: readonly ReadLetter[]) {
    const named = letters.map(({ sealedTenant }) => sealedTenant).filter(isTenantId);
    const tenants = await this.parts.registry.findTenants(named);
    const known = new Set(tenants.map((tenant) => tenant?.id));
    // A tenant nobody knows owns nothing: such a letter is the installation's.
    const owner = (tenantId: string | null): string | null =>
      isTenantId(tenantId) && known.has(tenantId) ? tenantId : null;
    // One letter kept twice has one content: when it ends, nothing of it may stay behind.
    await this.#removeSuperseded(letters);
    await this.parts.file.file(letters.map((letter) => ({ ...letter, tenantId: owner(letter.sealedTenant) })));
    // What ended meanwhile ended with the copy it was filed with before: these are nobody else's to remove.
    await this.#removeSuperseded(letters);
    return letters.map(() => fulfilled(undefined));
  }

  async #removeSuperseded(letters: readonly ReadLetter[]): Promise<void> {
    for (const copy of await this.parts.file.listSuperseded(letters)) await this.parts.stream.remove(copy);
  }
}
