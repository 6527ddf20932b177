import type { BalanceChange, BalanceEvent } from '@homing/contracts';

/** Sums of one budget (micro-units) or quota (messages). Plain JSON. */
export interface BalanceState {
  /** Ledger time. */
  readonly at: string;
  /** Null: unlimited. */
  readonly limit: number | null;
  /** Of the setting the limit comes from; 0 before the first. */
  readonly version: number;
  /** Sum of the open reservations. */
  readonly reserved: number;
  /** Settled. */
  readonly spent: number;
  /** Charged beyond what was reserved. */
  readonly variance: number;
  /** Reservations ever made: each is known by how many there were with it. */
  readonly serial: number;
  /** By key. */
  readonly open: Readonly<Record<string, OpenAmount>>;
}

/** One open reservation. */
export interface OpenAmount {
  readonly amount: number;
  readonly serial: number;
}

export const emptyBalance: BalanceState = {
  at: '',
  limit: null,
  version: 0,
  reserved: 0,
  spent: 0,
  variance: 0,
  serial: 0,
  open: {},
};

/** Folds one stored event. Total: what is stored happened. */
export function evolveBalance(state: BalanceState, event: BalanceEvent): BalanceState {
  const at = event.data.at > state.at ? event.data.at : state.at;
  // One copy an event, not one a change: a hot budget has thousands open.
  const folded = { ...state, at, open: { ...state.open } };
  for (const change of event.data.changes) applyBalance(folded, change);
  return folded;
}

type Mutable = { -readonly [K in keyof BalanceState]: BalanceState[K] } & { open: Record<string, OpenAmount> };

/** Applies one change in place: for a copy that nobody else holds. */
export function applyBalance(state: Mutable, change: BalanceChange): void {
  switch (change.kind) {
    case 'limited':
      state.limit = change.limit;
      state.version = change.version;
      return;
    case 'reserved':
      state.serial += 1;
      state.reserved += change.amount - (state.open[change.key]?.amount ?? 0);
      state.open[change.key] = { amount: change.amount, serial: state.serial };
      return;
    case 'released':
      state.reserved -= state.open[change.key]?.amount ?? 0;
      delete state.open[change.key];
      return;
    case 'settled': {
      const amount = state.open[change.key]?.amount ?? 0;
      state.reserved -= amount;
      state.spent += change.charged;
      state.variance += Math.max(0, change.charged - amount);
      delete state.open[change.key];
    }
  }
}
