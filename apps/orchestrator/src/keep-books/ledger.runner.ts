import type { LegBooking } from '@homing/contracts';
import {
  balanceRefusal,
  slotRefusal,
  type BalanceResult,
  type BookEntry,
  type BookingVerdict,
  type ContactSlot,
  type LedgerAsk,
  type SlotResult,
} from '@homing/domain';
import type { Ledgers } from '@homing/event-store/ledger';

export type AskedBooks = Pick<Ledgers, 'person' | 'balance'>;

export interface AskResult {
  readonly verdict:
    | { readonly kind: 'booked'; readonly slot: ContactSlot; /** The slot stood already. */ readonly held: boolean }
    | Extract<BookingVerdict, { kind: 'refused' }>
    /** Nobody's slot was asked for. */
    | { readonly kind: 'none' };
  /** What holds a reservation now. */
  readonly taken: readonly Taken[];
}

/** One reservation that stands. */
export interface Taken {
  readonly stream: string;
  /** Which of the ledger's reservations; 0 in a person's book, which counts none. */
  readonly serial: number;
  /** Since this call. */
  readonly fresh: boolean;
}

/** Releases one reservation, that and no other under its key. `fresh`: made by this very run. */
export type UndoEntry = BookEntry & {
  readonly fresh: boolean;
  readonly command: { readonly key: string; readonly serial?: number };
};

/** Asks the books one after another, in the order of the steps, and stops at the first that refuses. */
export async function askBooks(books: AskedBooks, tenantId: string, asks: readonly LedgerAsk[]): Promise<AskResult> {
  const taken: Taken[] = [];
  let own: { slot: ContactSlot; held: boolean } | undefined;
  for (const ask of asks) {
    if (ask.ledger === 'person') {
      const result = await books.person(ask.stream, tenantId, ask.command);
      if (result.kind === 'refused' || result.kind === 'absent') return { verdict: slotRefusal(result), taken };
      taken.push({ stream: ask.stream, serial: 0, fresh: result.kind === 'booked' });
      own ??= { slot: result.slot, held: result.kind === 'held' };
    } else {
      const result = await books.balance(ask.stream, tenantId, ask.command);
      if (result.kind === 'refused') return { verdict: balanceRefusal(ask, result), taken };
      if (result.kind === 'absent') throw new Error('a balance answers a reservation with booked, held or refused');
      taken.push({ stream: ask.stream, serial: result.serial, fresh: result.kind === 'booked' });
    }
  }
  return { verdict: own ? { kind: 'booked', ...own } : { kind: 'none' }, taken };
}

/** Makes entries whatever they answer: what is not there needs none. */
export async function enterBooks(books: AskedBooks, tenantId: string, entries: readonly BookEntry[]): Promise<void> {
  await Promise.all(
    entries.map(async (entry): Promise<SlotResult | BalanceResult> =>
      entry.ledger === 'person'
        ? books.person(entry.stream, tenantId, entry.command)
        : books.balance(entry.stream, tenantId, entry.command),
    ),
  );
}

export const bookingOf = (
  round: number,
  { slot, taken }: { slot: ContactSlot; taken: readonly Taken[] },
): LegBooking => ({
  round,
  until: slot.until,
  ledgers: taken.map(({ stream }) => stream),
  ...(taken.some(({ serial }) => serial > 0) ? { serials: taken.map(({ serial }) => serial) } : {}),
});
