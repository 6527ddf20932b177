import { contactStream, type ContactEvent } from '@homing/contracts';
import { decideContact, evolveContact, unknownContact, type ContactCommand, type ContactState } from '@homing/domain';
import { handleCommand, type Fold, type Handled } from '../command.handler.js';
import type { EventStore } from '../event-store.port.js';

/** How streams of addresses fold. */
export const contactFold: Fold<ContactState, ContactEvent> = { empty: unknownContact, evolve: evolveContact };

export interface ContactChange {
  readonly command: ContactCommand;
  /** Deterministic for what was said, so that a repeat is recognised. */
  readonly commandId: string;
  /** True: an address of which nothing was ever said is the likely case, so nothing is read first. */
  readonly likelyNew?: boolean;
  readonly recordedBy: string;
}

/** Records what was said of one address, exactly: at the revision it was decided on, or decided again. */
export function changeContact(
  store: Pick<EventStore, 'append' | 'readStream'>,
  { command, commandId, likelyNew = false, recordedBy }: ContactChange,
): Promise<Handled<ContactState, ContactEvent>> {
  const { fingerprint, tenantId, causationId, now } = command;
  return handleCommand(store, contactFold, {
    stream: contactStream(fingerprint),
    known: likelyNew ? { state: unknownContact, revision: 'no_stream' } : undefined,
    decide: (state) => decideContact(state, command),
    commandId,
    metadata: {
      tenantId,
      correlationId: fingerprint,
      causationId,
      recordedAt: now,
      recordedBy,
      schemaVersion: 1,
    },
  });
}
