import { contactStream, type ContactEvent } from '@homing/contracts';
import type { EventStore } from '@homing/event-store';
import type { KeptConsent } from '@homing/vault/consent';
import type { SuppressedContact } from '@homing/vault/suppression';
import { ContactKeeper } from './contact.keeper.js';

/** A keeper over a store and a table in memory that, like the real one, lets nobody put it back. */
export function keptContacts(store: Pick<EventStore, 'append' | 'readStream'>) {
  const table = new Map<string, SuppressedContact>();
  const outage = { failures: 0 };
  const saveContacts = async (contacts: readonly SuppressedContact[]): Promise<void> => {
    if (outage.failures > 0) {
      outage.failures -= 1;
      throw new Error('database away');
    }
    for (const contact of contacts) {
      const stands = table.get(contact.fingerprint);
      if (!stands || stands.revision < contact.revision) table.set(contact.fingerprint, contact);
    }
  };
  const register = new Map<string, KeptConsent>();
  const saveConsents = async (consents: readonly KeptConsent[]): Promise<void> => {
    if (outage.failures > 0) {
      outage.failures -= 1;
      throw new Error('database away');
    }
    for (const consent of consents) {
      const key = `${consent.fingerprint} ${consent.channel} ${consent.purpose}`;
      const stands = register.get(key);
      if (!stands || stands.revision < consent.revision) register.set(key, consent);
    }
  };
  const keeping = { store, contacts: { saveContacts }, consents: { saveConsents }, instance: 'spec' };
  const contacts = new ContactKeeper(keeping);
  const reasons = (fingerprint: string) => table.get(fingerprint)?.reasons.map(({ reason }) => reason);
  const events = async (fingerprint: string): Promise<ContactEvent[]> => {
    const read = await store.readStream(contactStream(fingerprint));
    return read.kind === 'found' ? read.events.map(({ type, data }) => ({ type, data }) as ContactEvent) : [];
  };
  return { contacts, table, register, outage, reasons, events };
}
