import type { BalanceChange, BalanceEvent, PersonEvent, SlotChange } from '@homing/contracts';
import {
  applyBalance,
  changeSlots,
  decideBalance,
  decideSlot,
  draftOfBalance,
  emptyBalance,
  emptyPerson,
  evolveBalance,
  evolvePerson,
  type BalanceCommand,
  type BalanceResult,
  type BalanceState,
  type PersonState,
  type SlotCommand,
  type SlotResult,
} from '@homing/domain';
import type { EventStore } from '../event-store.port.js';
import { StreamMailboxes, type Book, type Snapshots } from './stream.mailboxes.js';

export type { Snapshots } from './stream.mailboxes.js';

/** One person's slots: short streams, most of them new. */
export const personBook: Book<PersonState, SlotCommand, SlotChange, SlotResult, PersonEvent> = {
  name: 'person',
  fold: { empty: emptyPerson, evolve: evolvePerson },
  decide: decideSlot,
  draft: (state) => state,
  apply: (state, changes) => ({ ...state, slots: changes.reduce(changeSlots, state.slots) }),
  timeOf: (state) => state.at,
  eventOf: (_stream, data) => ({ type: 'ContactSlotsChanged', data }),
  needsProof: (result) => result.kind === 'refused' || result.kind === 'absent',
  mayBeNew: (command) => command.kind === 'book',
};

/** Budgets and quotas: few streams, hot ones. */
export const balanceBook: Book<BalanceState, BalanceCommand, BalanceChange, BalanceResult, BalanceEvent> = {
  name: 'balance',
  fold: { empty: emptyBalance, evolve: evolveBalance },
  decide: decideBalance,
  draft: draftOfBalance,
  apply: (draft, changes) => {
    for (const change of changes) applyBalance(draft, change);
    return draft;
  },
  timeOf: (state) => state.at,
  eventOf: (stream, data) => ({ type: stream.startsWith('budget-') ? 'BudgetChanged' : 'QuotaChanged', data }),
  needsProof: (result) => result.kind === 'refused' || result.kind === 'absent',
  mayBeNew: () => false,
};

export interface LedgerParts {
  readonly store: Pick<EventStore, 'append' | 'readStream'>;
  readonly instance: string;
  readonly now: () => string;
  readonly snapshots?: Snapshots<BalanceState> | undefined;
  /** Makes the id of an append: never the same twice. Default random. */
  readonly newId?: (() => string) | undefined;
}

/** The books: every promise of contact, money or volume goes through here. */
export interface Ledgers {
  person(stream: string, tenantId: string, command: SlotCommand): Promise<SlotResult>;
  balance(stream: string, tenantId: string, command: BalanceCommand): Promise<BalanceResult>;
  /** Commands waiting or in hand. */
  readonly size: () => { readonly person: number; readonly balance: number };
}

export function createLedgers(parts: LedgerParts): Ledgers {
  const { store, instance, now, snapshots, newId } = parts;
  const people = new StreamMailboxes(personBook, { store, instance, now, newId });
  const balances = new StreamMailboxes(balanceBook, { store, instance, now, snapshots, newId, capacity: 2_000 });
  return {
    person: (stream, tenantId, command) => people.submit(stream, tenantId, command),
    balance: (stream, tenantId, command) => balances.submit(stream, tenantId, command),
    size: () => ({ person: people.size, balance: balances.size }),
  };
}
