import type { DispatchDelivery, OutreachEvent } from '@homing/contracts';
import type { OutreachState } from '@homing/domain';
import type { EventStore, Folded, Handled } from '@homing/event-store';
import { changeOutreach } from '@homing/event-store/outreach';

export interface ChangeParts {
  readonly store: Pick<EventStore, 'append' | 'readStream'>;
  readonly instance: string;
  readonly now: () => string;
}

export interface AttemptChange {
  readonly commandId: string;
  readonly known: Folded<OutreachState>;
  readonly decide: (state: OutreachState) => readonly OutreachEvent[];
}

/** Changes the outreach of a dispatch or a look-up, on its behalf. */
export function changeAttempt(
  { store, instance, now }: ChangeParts,
  {
    outreachId,
    tenantId,
    deliveryId,
    attempt,
  }: Pick<DispatchDelivery, 'outreachId' | 'tenantId' | 'deliveryId' | 'attempt'>,
  { commandId, known, decide }: AttemptChange,
): Promise<Handled<OutreachState, OutreachEvent>> {
  const causationId = `${deliveryId}:${attempt}`;
  return changeOutreach(store, instance, {
    outreachId,
    tenantId,
    known,
    decide,
    commandId,
    causationId,
    now: now(),
  });
}
