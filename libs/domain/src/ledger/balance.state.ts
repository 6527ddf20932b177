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
  /** Of a channel's quota: messages one hour may have. Null or absent: any number. */
  readonly perHour?: number | null;
  /** Of a channel's quota: messages reserved or settled, by when their hour begins. */
  readonly hours?: Readonly<Record<string, number>>;
  /** Charged after they had been given back: each once. Absent: none. */
  readonly late?: readonly string[];
}

/** One open reservation. */
export interface OpenAmount {
  readonly amount: number;
  readonly serial: number;
  /** Of a channel's quota: when its hour begins, and the attempt it stands for. */
  readonly hour?: string;
  readonly attempt?: number;
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
  const folded = { ...draftOfBalance(state), at };
  for (const change of event.data.changes) applyBalance(folded, change);
  return folded;
}

type Mutable = { -readonly [K in keyof BalanceState]: BalanceState[K] } & {
  open: Record<string, OpenAmount>;
  hours?: Record<string, number>;
};

/** A copy that `applyBalance` may change. */
export const draftOfBalance = (state: BalanceState): Mutable => {
  const { hours, ...rest } = state;
  return { ...rest, open: { ...state.open }, ...(hours ? { hours: { ...hours } } : {}) };
};

/** Applies one change in place: for a copy that nobody else holds. */
export function applyBalance(state: Mutable, change: BalanceChange): void {
  if (change.kind === 'limited') {
    state.limit = change.limit;
    state.version = change.version;
    if (change.perHour !== undefined) state.perHour = change.perHour;
    return;
  }
  const open = state.open[change.key];
  const amount = open?.amount ?? 0;
  switch (change.kind) {
    case 'reserved': {
      const { hour, attempt } = change;
      state.serial += 1;
      state.reserved += change.amount - amount;
      count(state, open?.hour, -amount);
      count(state, hour, change.amount);
      const placed = hour === undefined ? {} : { hour, attempt: attempt ?? 1 };
      state.open[change.key] = { amount: change.amount, serial: state.serial, ...placed };
      return;
    }
    case 'moved':
      if (!open) return;
      count(state, open.hour, -amount);
      count(state, change.hour, amount);
      state.open[change.key] = { ...open, hour: change.hour, attempt: change.attempt };
      return;
    case 'released':
      state.reserved -= amount;
      count(state, open?.hour, -amount);
      delete state.open[change.key];
      return;
    case 'settled':
    case 'charged':
      state.reserved -= amount;
      state.spent += change.charged;
      state.variance += Math.max(0, change.charged - amount);
      delete state.open[change.key];
      if (change.kind === 'charged') state.late = [...(state.late ?? []), change.key];
  }
}

function count(state: Mutable, hour: string | undefined, by: number): void {
  if (hour === undefined || by === 0) return;
  state.hours ??= {};
  state.hours[hour] = (state.hours[hour] ?? 0) + by;
}
