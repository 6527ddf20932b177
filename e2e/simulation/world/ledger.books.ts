import { ledgerKindOf, type BalanceEvent, type PersonEvent } from '@homing/contracts';
import type { Appended, SimStore } from './sim.store.js';

/** A slot as a person's stream has it. */
export interface Slot {
  readonly at: string;
  readonly until: string;
}

/** A budget or quota as its stream has it, summed in the plainest way. */
export interface Balance {
  limit: number | null;
  readonly open: Map<string, number>;
  spent: number;
  /** Of a channel's quota: what one hour may have, and the hour of each message by its key, given back or not. */
  perHour: number | null;
  readonly hourOf: Map<string, string>;
  readonly settledHours: string[];
}

const emptyBalance = (): Balance => ({
  ...{ limit: null, open: new Map<string, number>(), spent: 0 },
  ...{ perHour: null, hourOf: new Map<string, string>(), settledHours: [] },
});

/** The books as the log says they stand, kept beside the product's own folds. */
export class LedgerBooks {
  readonly slots = new Map<string, Map<string, Slot>>();
  readonly balances = new Map<string, Balance>();

  /** @param onChange told after each change of each event, so that every prefix is seen */
  constructor(store: SimStore, onChange: (stream: string, change: string) => void) {
    store.onAppended((appended) => this.#read(appended, onChange));
  }

  /** Reserved and spent. */
  taken(stream: string): number {
    const balance = this.balances.get(stream);
    return balance ? [...balance.open.values()].reduce((sum, amount) => sum + amount, balance.spent) : 0;
  }

  /** Messages in one hour of a channel's quota. */
  inHour(stream: string, hour: string): number {
    const balance = this.balances.get(stream);
    if (!balance) return 0;
    const hours = [...[...balance.open.keys()].map((key) => balance.hourOf.get(key)), ...balance.settledHours];
    return hours.filter((each) => each === hour).length;
  }

  #read({ request: { stream, events } }: Appended, onChange: (stream: string, change: string) => void): void {
    const kind = ledgerKindOf(stream);
    if (kind === undefined) return;
    for (const event of events) {
      const { changes } = event.data as PersonEvent['data'] | BalanceEvent['data'];
      for (const change of changes) {
        if (kind === 'person') this.#slot(stream, change as PersonEvent['data']['changes'][number]);
        else this.#balance(stream, change as BalanceEvent['data']['changes'][number]);
        onChange(stream, change.kind);
      }
    }
  }

  #slot(stream: string, change: PersonEvent['data']['changes'][number]): void {
    const slots = this.slots.get(stream) ?? new Map<string, Slot>();
    this.slots.set(stream, slots);
    if (change.kind === 'released') slots.delete(change.key);
    else slots.set(change.key, { at: change.at, until: change.until });
  }

  #balance(stream: string, change: BalanceEvent['data']['changes'][number]): void {
    const balance = this.balances.get(stream) ?? emptyBalance();
    this.balances.set(stream, balance);
    if (change.kind === 'limited') {
      balance.limit = change.limit;
      balance.perHour = change.perHour ?? null;
      return;
    }
    if (change.kind === 'reserved' || change.kind === 'moved') {
      if (change.kind === 'reserved') balance.open.set(change.key, change.amount);
      if (change.hour !== undefined) balance.hourOf.set(change.key, change.hour);
      return;
    }
    balance.open.delete(change.key);
    if (change.kind !== 'settled' && change.kind !== 'charged') return;
    balance.spent += change.charged;
    const hour = balance.hourOf.get(change.key);
    if (hour !== undefined) balance.settledHours.push(hour);
  }
}
