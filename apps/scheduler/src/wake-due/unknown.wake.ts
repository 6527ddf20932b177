import { assumeSent, lookUpOf, type OutgoingLookUp, type OutreachState } from '@homing/domain';
import type { EventStore, Folded } from '@homing/event-store';
import { changeOutreach, readOutreach } from '@homing/event-store/outreach';
import type { TimetableRow } from '@homing/read-model';

/** Asks the gateway to find out; nothing where nothing can be found out any more. */
export function lookUpFor(
  entry: TimetableRow,
  folded: Folded<OutreachState> | undefined,
  now: string,
): OutgoingLookUp[] {
  const { leg, attempt, wakes: wake } = entry;
  const found = folded && lookUpOf(folded.state, { leg, attempt, wake }, now);
  return found ? [found] : [];
}

/** Takes for sent what nobody could tell of for 72 h. */
export async function assume(
  { store, instance }: { readonly store: Pick<EventStore, 'append' | 'readStream'>; readonly instance: string },
  entry: TimetableRow,
  now: string,
): Promise<void> {
  const { outreachId, tenantId, deliveryId, leg, attempt } = entry;
  await changeOutreach(store, instance, {
    outreachId,
    tenantId,
    known: await readOutreach(store, outreachId),
    decide: (state) => assumeSent(state, { leg, attempt, now }),
    commandId: `assume:${deliveryId}:${attempt}`,
    causationId: `assume:${deliveryId}:${attempt}`,
    now,
  });
}
