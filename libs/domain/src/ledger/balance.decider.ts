import type { BalanceChange } from '@homing/contracts';
import type { BalanceState } from './balance.state.js';

/** A limit as it is configured: the newest version holds, whoever brings it. */
export interface BalanceLimit {
  readonly limit: number | null;
  readonly version: number;
}

export type BalanceCommand =
  | {
      readonly kind: 'reserve';
      readonly key: string;
      /** Integer, not negative: worst case in micro-units, or messages. */
      readonly amount: number;
      readonly limit: BalanceLimit;
    }
  | { readonly kind: 'release'; readonly key: string }
  | { readonly kind: 'settle'; readonly key: string; readonly charged: number };

export type BalanceResult =
  | { readonly kind: 'booked' | 'held' | 'absent' }
  | { readonly kind: 'refused'; readonly limit: number; readonly left: number };

/**
 * Decides one command over a balance. Reserved + spent never exceeds the limit in force: a reservation that would is refused.
 * Settling or releasing what is not open changes nothing, so repeats are harmless.
 */
export function decideBalance(
  state: BalanceState,
  command: BalanceCommand,
): { readonly changes: readonly BalanceChange[]; readonly result: BalanceResult } {
  const open = state.open[command.key];
  if (command.kind === 'reserve') {
    if (open !== undefined) return { changes: [], result: { kind: 'held' } };
    const newer = command.limit.version > state.version;
    const changes: BalanceChange[] = newer ? [{ kind: 'limited', ...command.limit }] : [];
    const limit = newer ? command.limit.limit : state.limit;
    const left = limit === null ? Infinity : limit - state.reserved - state.spent;
    if (limit !== null && command.amount > left)
      return { changes, result: { kind: 'refused', limit, left: Math.max(0, left) } };
    const { key, amount } = command;
    return { changes: [...changes, { kind: 'reserved', key, amount }], result: { kind: 'booked' } };
  }
  if (open === undefined) return { changes: [], result: { kind: 'absent' } };
  const { key } = command;
  const change: BalanceChange =
    command.kind === 'release'
      ? { kind: 'released', key, amount: open }
      : { kind: 'settled', key, amount: open, charged: command.charged };
  return { changes: [change], result: { kind: 'absent' } };
}
