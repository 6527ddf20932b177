import type { Channel } from '../channel.js';
import type { Money } from '../money.js';

/**
 * Books kept beside the outreach streams (DESIGN section 4): who was promised to whom and when, what money and volume is spoken
 * for. Commands that meet in one process are appended together, as one event with several changes, in the order decided.
 */
export interface LedgerChanged<T extends string, C> {
  readonly type: T;
  readonly data: {
    readonly tenantId: string;
    /** Ledger time: never runs backward within a stream. */
    readonly at: string;
    readonly changes: readonly C[];
  };
}

/** `person-{id}`: one person's contact slots. */
export type PersonEvent = LedgerChanged<'ContactSlotsChanged', SlotChange>;
/** `budget-{campaign}` and `budget-{campaign}.{day}`: money in micro-units; `quota-{key}.{day}`: messages. */
export type BalanceEvent = LedgerChanged<'BudgetChanged', BalanceChange> | LedgerChanged<'QuotaChanged', BalanceChange>;

export type SlotChange = SlotBooked | SlotMoved | SlotReleased;

/** Pins what a decision planned, so that a decision taken again adopts it. */
export interface SlotBooked {
  readonly kind: 'booked';
  /** `reservationKey`. */
  readonly key: string;
  readonly channel: Channel;
  /** Which of the channel's addresses. */
  readonly ordinal: number;
  readonly fingerprint: string;
  /** Keyed digest of the content; absent where the content does not count. */
  readonly content?: string;
  /** The planned instant: the slot's place in every window. */
  readonly at: string;
  /** The attempt starts no later, or is booked anew. */
  readonly until: string;
  /** Worst case. */
  readonly cost: Money;
  /** It was given back, and the message was sent all the same: it counts for good, whatever the caps say. */
  readonly kept?: true;
}

/** A retry, or a backlog that has left its window, takes its slot along. */
export interface SlotMoved {
  readonly kind: 'moved';
  readonly key: string;
  /** The attempt it was moved for. */
  readonly attempt: number;
  readonly at: string;
  readonly until: string;
}

/** Surely not sent: it counts no more. */
export interface SlotReleased {
  readonly kind: 'released';
  readonly key: string;
}

export type BalanceChange =
  /** A newer setting; null lifts the limit. */
  | {
      readonly kind: 'limited';
      readonly limit: number | null;
      readonly version: number;
      /** Of a channel's quota: messages in one hour. Null: no limit. */
      readonly perHour?: number | null;
    }
  | {
      readonly kind: 'reserved';
      readonly key: string;
      readonly amount: number;
      /** Of a channel's quota: when the hour begins that it counts in, ISO instant, and the attempt it stands for. */
      readonly hour?: string;
      readonly attempt?: number;
    }
  /** Of a channel's quota: the same reservation, in another hour of the day. */
  | { readonly kind: 'moved'; readonly key: string; readonly hour: string; readonly attempt: number }
  | { readonly kind: 'released'; readonly key: string; /** What it had reserved. */ readonly amount: number }
  /** What was really charged. More than was reserved is a variance, and visible as one. */
  | { readonly kind: 'settled'; readonly key: string; readonly amount: number; readonly charged: number }
  /** Sent after it was given back. `amount`: what stood reserved all the same; beyond it, it is a variance. Once a key. */
  | { readonly kind: 'charged'; readonly key: string; readonly amount: number; readonly charged: number };

/** What a leg (or its retry) holds in the books. */
export interface LegBooking {
  /** 1, and one more after each abandonment of the decision. */
  readonly round: number;
  /** The attempt starts no later than this, or is booked anew. */
  readonly until: string;
  /** The streams that hold a reservation for it. */
  readonly ledgers: readonly string[];
  /**
   * Of each of those, which of its reservations it is (`BalanceState.serial`); 0 for a person's book, which counts none. What stands
   * under the same key with another serial was made again after this one was closed. Absent in what older versions wrote.
   */
  readonly serials?: readonly number[];
}
