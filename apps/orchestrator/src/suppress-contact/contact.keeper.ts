import type { ContactEvent } from '@homing/contracts';
import { suppressionsOf, type ContactCommand, type ContactState } from '@homing/domain';
import type { EventStore, Handled } from '@homing/event-store';
import { changeContact } from '@homing/event-store/contact';
import { Collector, fulfilled, type CollectorTimers } from '@homing/messaging';
import { crashPoint } from '@homing/service-kit';
import type { SuppressedContact, SuppressionStore } from '@homing/vault/suppression';

export interface KeeperParts {
  readonly store: Pick<EventStore, 'append' | 'readStream'>;
  readonly contacts: Pick<SuppressionStore, 'saveContacts'>;
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
 * Keeps what is said of addresses: first in the address's stream, then in the table that the gate reads. Saying it again mends a
 * table that a crash in between left behind.
 */
export class ContactKeeper {
  readonly #saving: Collector<SuppressedContact, void>;

  constructor(private readonly parts: KeeperParts) {
    this.#saving = new Collector({
      name: 'save-contacts',
      flush: async (batch) => {
        await parts.contacts.saveContacts(batch);
        return batch.map(() => fulfilled(undefined));
      },
      maxBatch: 256,
      lingerMs: 2,
      ...(parts.timers && { timers: parts.timers }),
    });
  }

  /** Resolves when it stands in both. */
  async record({ command, ...word }: ContactWord): Promise<Handled<ContactState, ContactEvent>> {
    const { store, instance: recordedBy } = this.parts;
    const handled = await changeContact(store, { command, ...word, recordedBy });
    crashPoint('orchestrator.after-contact-append');
    const { state, revision } = handled;
    if (state.status === 'known' && revision !== 'no_stream') {
      const { tenantId, fingerprint, channel, mask } = state;
      const reasons = suppressionsOf(state);
      await this.#saving.add({ tenantId, fingerprint, channel, ...(mask ? { mask } : {}), reasons, revision });
    }
    return handled;
  }
}
