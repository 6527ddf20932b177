import type { ContactEvent } from '@homing/contracts';
import { suppressionsOf, type ContactCommand, type ContactState, type KnownContact } from '@homing/domain';
import type { EventStore, Handled } from '@homing/event-store';
import { changeContact } from '@homing/event-store/contact';
import { Collector, fulfilled, type CollectorTimers } from '@homing/messaging';
import { crashPoint } from '@homing/service-kit';
import type { ConsentStore, KeptConsent } from '@homing/vault/consent';
import type { SuppressedContact, SuppressionStore } from '@homing/vault/suppression';

export interface KeeperParts {
  readonly store: Pick<EventStore, 'append' | 'readStream'>;
  readonly contacts: Pick<SuppressionStore, 'saveContacts'>;
  readonly consents: Pick<ConsentStore, 'saveConsents'>;
  readonly instance: string;
  /** How micro-batches wait for company. Default: this process's timers. */
  readonly timers?: CollectorTimers;
}

export interface ContactWord {
  readonly command: ContactCommand;
  /** The same for the same word, whoever brings it. */
  readonly commandId: string;
  readonly likelyNew?: boolean;
}

/**
 * Keeps what is said of addresses: first in the address's stream, then in the tables that the gate reads. Saying it again mends
 * tables that a crash in between left behind.
 */
export class ContactKeeper {
  readonly #saving: Collector<SuppressedContact, void>;
  readonly #savingConsents: Collector<KeptConsent, void>;

  constructor(private readonly parts: KeeperParts) {
    const { timers, contacts, consents } = parts;
    this.#saving = saving('save-contacts', (batch) => contacts.saveContacts(batch), timers);
    this.#savingConsents = saving('save-consents', (batch) => consents.saveConsents(batch), timers);
  }

  /** Resolves when it stands in both. */
  async record({ command, ...word }: ContactWord): Promise<Handled<ContactState, ContactEvent>> {
    const { store, instance: recordedBy } = this.parts;
    const handled = await changeContact(store, { command, ...word, recordedBy });
    crashPoint('orchestrator.after-contact-append');
    const { state, revision } = handled;
    if (state.status === 'known' && revision !== 'no_stream')
      await Promise.all([
        ...suppressedIn(state, revision).map((contact) => this.#saving.add(contact)),
        ...consentsIn(state, revision).map((consent) => this.#savingConsents.add(consent)),
      ]);
    return handled;
  }
}

function saving<T>(
  name: string,
  save: (batch: readonly T[]) => Promise<void>,
  timers: CollectorTimers | undefined,
): Collector<T, void> {
  return new Collector({
    name,
    flush: async (batch) => {
      await save(batch);
      return batch.map(() => fulfilled(undefined));
    },
    maxBatch: 256,
    lingerMs: 2,
    ...(timers && { timers }),
  });
}

/** Nothing where nobody ever held it back: what is said first brings the mask, which is kept from then on or never. */
function suppressedIn(state: KnownContact, revision: bigint): SuppressedContact[] {
  const { tenantId, fingerprint, channel, mask, marks } = state;
  if (Object.keys(marks).length === 0) return [];
  const reasons = suppressionsOf(state);
  return [{ tenantId, fingerprint, channel, ...(mask ? { mask } : {}), reasons, revision }];
}

/** One for each channel and purpose, with all that was said. */
export function consentsIn({ tenantId, fingerprint, consents = [] }: KnownContact, revision: bigint): KeptConsent[] {
  const topics = Map.groupBy(consents, ({ channel, purpose }) => `${channel} ${purpose}`);
  return [...topics.values()].flatMap(([first, ...earlier]) => {
    if (!first) return [];
    const { channel, purpose } = first;
    const words = [first, ...earlier].map(({ channel: _on, purpose: _for, ...word }) => word);
    return [{ tenantId, fingerprint, channel, purpose, words, revision }];
  });
}
