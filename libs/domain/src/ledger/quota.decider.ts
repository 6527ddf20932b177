import type { BalanceChange } from '@homing/contracts';
import type { BalanceResult } from './balance.decider.js';
import type { BalanceState } from './balance.state.js';

/** How many messages a channel may send; the newest version holds, whoever brings it. Null: any number. */
export interface QuotaLimits {
  readonly perHour: number | null;
  readonly perDay: number | null;
  readonly version: number;
}

/** A place for one message in one day of a channel's quota. */
export interface PlaceCommand {
  readonly kind: 'place';
  readonly key: string;
  readonly limits: QuotaLimits;
  /** When the hours begin that would do, best first; all of the stream's day. */
  readonly hours: readonly string[];
  readonly attempt: number;
  /** A retry, or a start that has lapsed, of what was committed: it takes its place along. Else what is held stays where it is. */
  readonly moves: boolean;
}

/**
 * Decides on a place: in the first of the hours that has room, as long as the day has. Neither ever holds more than its limit in force
 * allows when a place is given. What is held already is answered as it stands: it is the asker's to see whether that still is one of
 * its hours. A move keeps the reservation and its serial, and is nobody's who still sees an earlier attempt to come.
 */
export function decidePlace(
  state: BalanceState,
  { key, limits, hours, attempt, moves }: PlaceCommand,
): { readonly changes: readonly BalanceChange[]; readonly result: BalanceResult } {
  const open = state.open[key];
  const held = (): BalanceResult => ({
    ...{ kind: 'held', serial: open?.serial ?? 0 },
    ...(open?.hour === undefined ? {} : { hour: open.hour }),
  });
  if (open) {
    const at = open.attempt ?? 1;
    const stands = !moves || at > attempt || (at === attempt && open.hour !== undefined && hours.includes(open.hour));
    if (stands) return { changes: [], result: held() };
  }
  const newer = limits.version > state.version;
  const [perDay, perHour] = newer ? [limits.perDay, limits.perHour] : [state.limit, state.perHour ?? null];
  const limited: BalanceChange[] = newer ? [{ kind: 'limited', limit: perDay, perHour, version: limits.version }] : [];
  // What moves makes room for itself.
  const inDay = state.reserved + state.spent - (open?.amount ?? 0);
  if (perDay !== null && inDay >= perDay)
    return { changes: limited, result: { kind: 'refused', limit: perDay, left: 0, full: 'day' } };
  const inHour = (hour: string): number => (state.hours?.[hour] ?? 0) - (open && open.hour === hour ? open.amount : 0);
  const hour = hours.find((each) => perHour === null || inHour(each) < perHour);
  if (hour === undefined)
    return { changes: limited, result: { kind: 'refused', limit: perHour ?? 0, left: 0, full: 'hour' } };
  const change: BalanceChange = open
    ? { kind: 'moved', key, hour, attempt }
    : { kind: 'reserved', key, amount: 1, hour, attempt };
  const serial = open ? open.serial : state.serial + 1;
  return { changes: [...limited, change], result: { kind: 'booked', serial, hour } };
}
