import type { PersonEvent, SlotBooked, SlotChange } from '@homing/contracts';

/** A contact that is promised to a person, or was made. */
export interface ContactSlot extends Omit<SlotBooked, 'kind'> {
  /** The attempt it stands for. */
  readonly attempt: number;
}

/** One person's contact slots, as far back as any window reaches. Plain JSON. */
export interface PersonState {
  /** Ledger time: the latest instant recorded; empty before the first. */
  readonly at: string;
  readonly slots: readonly ContactSlot[];
}

export const emptyPerson: PersonState = { at: '', slots: [] };

/** Longest look-back of any cap or dedup window, in hours; older slots are forgotten. */
export const LONGEST_WINDOW_HOURS = 31 * 24;

/** Folds one stored event. Total: what is stored happened. */
export function evolvePerson(state: PersonState, event: PersonEvent): PersonState {
  const at = event.data.at > state.at ? event.data.at : state.at;
  const horizon = Date.parse(at) - LONGEST_WINDOW_HOURS * 3_600_000;
  const slots = event.data.changes.reduce(changeSlots, state.slots);
  return { at, slots: slots.filter((slot) => Date.parse(slot.until) >= horizon) };
}

export function changeSlots(slots: readonly ContactSlot[], change: SlotChange): readonly ContactSlot[] {
  switch (change.kind) {
    case 'booked': {
      const { kind: _booked, ...slot } = change;
      return [...slots.filter((other) => other.key !== change.key), { ...slot, attempt: 1 }];
    }
    case 'moved': {
      const { attempt, at, until } = change;
      return slots.map((slot) => (slot.key === change.key ? { ...slot, attempt, at, until } : slot));
    }
    case 'released':
      return slots.filter((slot) => slot.key !== change.key);
  }
}
