import { personStream } from '@homing/contracts';
import type { BookingVerdict, LedgerAsk } from '../ledger/ledger.asks.js';
import { balanceRefusal, slotRefusal } from '../ledger/booking.verdict.js';
import { decideBalance, type BalanceCommand, type BalanceResult } from '../ledger/balance.decider.js';
import { applyBalance, emptyBalance, type BalanceState } from '../ledger/balance.state.js';
import { decideSlot, type SlotCommand, type SlotResult } from '../ledger/person.decider.js';
import { emptyPerson, evolvePerson, type ContactSlot, type PersonState } from '../ledger/person.state.js';

type Balance = { -readonly [K in keyof BalanceState]: BalanceState[K] } & {
  open: Record<string, BalanceState['open'][string]>;
};
/** What stands in the books for one message, to be given back. */
export type Standing = readonly {
  readonly stream: string;
  readonly key: string;
  readonly ledger: LedgerAsk['ledger'];
}[];
export type Answered =
  { readonly kind: 'booked'; readonly standing: Standing } | Extract<BookingVerdict, { kind: 'refused' }>;

/** The books of an imagined past: kept in memory alone, by the deciders that keep the real ones. */
export class WhatIfBooks {
  readonly #persons = new Map<string, PersonState>();
  readonly #balances = new Map<string, Balance>();

  /** Asks one after another, in the order of the steps; where one refuses nothing is left booked. */
  ask(asks: readonly LedgerAsk[], at: string): Answered {
    const standing: { stream: string; key: string; ledger: LedgerAsk['ledger'] }[] = [];
    for (const ask of asks) {
      const refusal = ask.ledger === 'person' ? this.#askPerson(ask, at) : this.#askBalance(ask);
      if (refusal) {
        this.giveBack(standing, at);
        return refusal;
      }
      const { stream, ledger, command } = ask;
      standing.push({ stream, ledger, key: 'slot' in command ? command.slot.key : command.key });
    }
    return { kind: 'booked', standing };
  }

  /** Books what happened, whatever the limits. */
  keep(personIds: readonly string[], slot: Omit<ContactSlot, 'attempt'>, at: string): Standing {
    return personIds.map((id) => {
      const stream = personStream(id);
      this.#person(stream, { kind: 'book', slot, limits: UNLIMITED }, at);
      return { stream, ledger: 'person', key: slot.key };
    });
  }

  /** Adds an amount that was spoken for, whatever the limit; of a channel's quota in its hour. */
  keepAmount(stream: string, key: string, { amount, hour }: { amount: number; hour?: string }): void {
    const at = hour === undefined ? {} : { hour, attempt: 1 };
    applyBalance(this.#balance(stream), { kind: 'reserved', key, amount, ...at });
  }

  /** One command to a budget or a quota, as its book answers it. */
  balance(stream: string, command: BalanceCommand): BalanceResult {
    const balance = this.#balance(stream);
    const { changes, result } = decideBalance(balance, command);
    for (const change of changes) applyBalance(balance, change);
    return result;
  }

  giveBack(standing: Standing, at: string): void {
    for (const { stream, ledger, key } of standing)
      if (ledger === 'person') this.#person(stream, { kind: 'release', key }, at);
      else this.balance(stream, { kind: 'release', key });
  }

  #askPerson({ stream, command }: Extract<LedgerAsk, { ledger: 'person' }>, at: string) {
    const result = this.#person(stream, command, at);
    return result.kind === 'refused' || result.kind === 'absent' ? slotRefusal(result) : undefined;
  }

  #askBalance(ask: Exclude<LedgerAsk, { ledger: 'person' }>) {
    const result = this.balance(ask.stream, ask.command);
    return result.kind === 'refused' ? balanceRefusal(ask, result) : undefined;
  }

  #person(stream: string, command: SlotCommand, at: string): SlotResult {
    const state = this.#persons.get(stream) ?? emptyPerson;
    const { changes, result } = decideSlot(state, command);
    if (changes.length > 0)
      this.#persons.set(
        stream,
        evolvePerson(state, { type: 'ContactSlotsChanged', data: { tenantId: '', at, changes } }),
      );
    return result;
  }

  #balance(stream: string): Balance {
    let balance = this.#balances.get(stream);
    if (!balance) this.#balances.set(stream, (balance = { ...emptyBalance, open: {} }));
    return balance;
  }
}

const UNLIMITED = { caps: [], dedupHours: null };
