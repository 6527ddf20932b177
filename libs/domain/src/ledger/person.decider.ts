import { parseReservationKey, type SlotBooked, type SlotChange } from '@homing/contracts';
import { brokenCap, type FrequencyCap } from './frequency-cap.policy.js';
import type { ContactSlot, PersonState } from './person.state.js';

/** What limits contacts with one person. */
export interface ContactLimits {
  readonly caps: readonly FrequencyCap[];
  /** Look-back for the same content to the same address on the same channel, in hours; null lets repeats through. */
  readonly dedupHours: number | null;
}

export type SlotCommand =
  | { readonly kind: 'book'; readonly slot: Omit<SlotBooked, 'kind'>; readonly limits: ContactLimits }
  | ({
      readonly kind: 'move';
      readonly limits: ContactLimits;
      /** When whoever asks saw that the attempt is still to come: what was booked for it and has not lapsed by then stands. */
      readonly now: string;
    } & Pick<ContactSlot, 'key' | 'attempt' | 'at' | 'until'>)
  | { readonly kind: 'release'; readonly key: string }
  /** Sent although it had been given back: it counts from now on, whatever the caps say, and is never given back. */
  | { readonly kind: 'keep'; readonly slot: Omit<SlotBooked, 'kind' | 'kept'> };

export type SlotResult =
  /** `held`: it stood already, as it was planned the first time: that plan is to be followed. */
  | { readonly kind: 'booked' | 'held'; readonly slot: ContactSlot }
  | { readonly kind: 'refused'; readonly step: 'dedup'; readonly reason: string; readonly duplicateOf: string }
  | {
      readonly kind: 'refused';
      readonly step: 'frequency_cap';
      readonly reason: string;
      readonly cap: FrequencyCap;
    }
  /** Released now or before; or there was nothing to move. */
  | { readonly kind: 'absent' };

/** Decides one command over a person's slots. No change: nothing to append. */
export function decideSlot(
  state: PersonState,
  command: SlotCommand,
): { readonly changes: readonly SlotChange[]; readonly result: SlotResult } {
  const key = 'slot' in command ? command.slot.key : command.key;
  const known = state.slots.find((slot) => slot.key === key);
  const others = state.slots.filter((slot) => slot.key !== key);
  switch (command.kind) {
    case 'book': {
      if (known) return { changes: [], result: { kind: 'held', slot: known } };
      const slot: ContactSlot = { ...command.slot, attempt: 1 };
      const refusal = refusalOf(slot, others, command.limits);
      if (refusal) return { changes: [], result: refusal };
      return { changes: [{ kind: 'booked', ...command.slot }], result: { kind: 'booked', slot } };
    }
    case 'move': {
      if (!known) return { changes: [], result: { kind: 'absent' } };
      const { attempt, at, until, now } = command;
      // Moved for this attempt before: whoever did may still commit it, and it may go out then, until it has lapsed. A later attempt's
      // slot is nobody's to move who still sees this one.
      const stands = known.attempt > attempt || (known.attempt === attempt && known.until >= now);
      if (stands) return { changes: [], result: { kind: 'held', slot: known } };
      const slot = { ...known, attempt, at, until };
      const refusal = refusalOf(slot, others, { ...command.limits, dedupHours: null });
      if (refusal) return { changes: [], result: refusal };
      return { changes: [{ kind: 'moved', key, attempt, at, until }], result: { kind: 'booked', slot } };
    }
    case 'keep': {
      const slot: ContactSlot = { ...command.slot, kept: true, attempt: 1 };
      if (known?.kept) return { changes: [], result: { kind: 'held', slot: known } };
      return {
        changes: [{ kind: 'booked', ...command.slot, kept: true }],
        result: { kind: 'booked', slot },
      };
    }
    case 'release':
      return known && !known.kept
        ? { changes: [{ kind: 'released', key }], result: { kind: 'absent' } }
        : { changes: [], result: { kind: 'absent' } };
  }
}

function refusalOf(
  slot: ContactSlot,
  others: readonly ContactSlot[],
  { caps, dedupHours }: ContactLimits,
): Extract<SlotResult, { kind: 'refused' }> | undefined {
  const same = dedupHours === null ? undefined : others.find((other) => isSame(slot, other, dedupHours));
  if (same) {
    const duplicateOf = parseReservationKey(same.key)?.outreachId ?? '';
    return { kind: 'refused', step: 'dedup', reason: 'same_content_recently', duplicateOf };
  }
  const cap = brokenCap(slot, others, caps);
  if (!cap) return undefined;
  const reason =
    cap.channel === undefined
      ? `cap_${cap.limit}_in_${cap.hours}_h`
      : `cap_${cap.channel}_${cap.limit}_in_${cap.hours}_h`;
  return { kind: 'refused', step: 'frequency_cap', reason, cap };
}

/** The same content to the same address on the same channel, earlier or planned, within the look-back. */
function isSame(slot: ContactSlot, other: ContactSlot, hours: number): boolean {
  if (slot.content === undefined || other.content !== slot.content) return false;
  if (other.channel !== slot.channel || other.fingerprint !== slot.fingerprint) return false;
  const [first, second] = slot.at <= other.at ? [slot, other] : [other, slot];
  return Date.parse(second.at) - Date.parse(first.until) < hours * 3_600_000;
}
