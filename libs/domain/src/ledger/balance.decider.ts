import type { BalanceChange } from '@homing/contracts';
import type { BalanceState } from './balance.state.js';
import { decidePlace, type PlaceCommand } from './quota.decider.js';

/** A limit as it is configured: the newest version holds, whoever brings it. */
export interface BalanceLimit {
  readonly limit: number | null;
  readonly version: number;
}

export type BalanceCommand =
  | PlaceCommand
  | {
      readonly kind: 'reserve';
      readonly key: string;
      /** Integer, not negative: worst case in micro-units, or messages. */
      readonly amount: number;
      readonly limit: BalanceLimit;
    }
  | {
      readonly kind: 'release';
      readonly key: string;
      /** Only this one. Absent: whichever is open. */ readonly serial?: number;
    }
  | {
      readonly kind: 'settle';
      readonly key: string;
      readonly charged: number;
      /** The reservation that was committed: another that stands under its key was made too late, and is given back. */
      readonly serial?: number;
    }
  /** Sent although its reservation was given back, or was about to be: charged once, whatever the limit says. */
  | { readonly kind: 'charge'; readonly key: string; readonly charged: number };

export type BalanceResult =
  | {
      readonly kind: 'booked' | 'held';
      readonly serial: number;
      /** Of a place in a channel's quota: when its hour begins. */
      readonly hour?: string;
    }
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'refused';
      readonly limit: number;
      readonly left: number;
      /** Of a channel's quota: what is full. */
      readonly full?: 'hour' | 'day';
    };

/**
 * Decides one command over a balance. Reserved + spent never exceeds the limit in force: a reservation that would is refused.
 * Settling or releasing what is not open changes nothing, so repeats are harmless; a reservation that somebody makes again after it
 * was closed has another serial, and is never charged for what was charged before.
 */
export function decideBalance(
  state: BalanceState,
  command: BalanceCommand,
): { readonly changes: readonly BalanceChange[]; readonly result: BalanceResult } {
  if (command.kind === 'place') return decidePlace(state, command);
  const open = state.open[command.key];
  if (command.kind === 'reserve') {
    if (open !== undefined) return { changes: [], result: { kind: 'held', serial: open.serial } };
    const newer = command.limit.version > state.version;
    const changes: BalanceChange[] = newer ? [{ kind: 'limited', ...command.limit }] : [];
    const limit = newer ? command.limit.limit : state.limit;
    const left = limit === null ? Infinity : limit - state.reserved - state.spent;
    if (limit !== null && command.amount > left)
      return { changes, result: { kind: 'refused', limit, left: Math.max(0, left) } };
    const { key, amount } = command;
    return {
      changes: [...changes, { kind: 'reserved', key, amount }],
      result: { kind: 'booked', serial: state.serial + 1 },
    };
  }
  if (command.kind === 'charge') {
    const { key, charged } = command;
    const before = state.late?.includes(key) ?? false;
    const changes: BalanceChange[] = before ? [] : [{ kind: 'charged', key, amount: open?.amount ?? 0, charged }];
    return { changes, result: { kind: 'absent' } };
  }
  if (open === undefined) return { changes: [], result: { kind: 'absent' } };
  const { key, serial } = command;
  const another = serial !== undefined && serial !== open.serial;
  if (another && command.kind === 'release') return { changes: [], result: { kind: 'absent' } };
  const { amount } = open;
  const change: BalanceChange =
    command.kind === 'release' || another
      ? { kind: 'released', key, amount }
      : { kind: 'settled', key, amount, charged: command.charged };
  return { changes: [change], result: { kind: 'absent' } };
}
