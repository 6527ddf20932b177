import { WEEKDAYS, type Weekday } from '@homing/contracts';

const MINUTE = 60_000;
const DAY = 86_400_000;
export const DAY_MINUTES = 1_440;

/**
 * A time zone as data, compiled at the edge: the domain knows no zones by name. Right from `from` up to, without, `until`
 * (UTC milliseconds); beyond them the first and the last offset are taken to go on.
 */
export interface ZoneTable {
  /** IANA name. */
  readonly zone: string;
  /** Version of the time zone data it was compiled from, such as `2025c`. */
  readonly tzdata: string;
  readonly from: number;
  readonly until: number;
  /** Oldest first, never empty; the first holds at `from`, each from its `at` (UTC milliseconds, a whole minute) on. East of Greenwich is positive. */
  readonly transitions: readonly ZoneTransition[];
}

export interface ZoneTransition {
  readonly at: number;
  readonly offsetMinutes: number;
}

/** Where nothing is known of somebody's zone. */
export const UTC_TABLE: ZoneTable = {
  ...{ zone: 'UTC', tzdata: 'none', from: 0, until: 8.64e15 },
  transitions: [{ at: 0, offsetMinutes: 0 }],
};

/** What a wall clock and a calendar show. */
export interface LocalReading {
  /** `YYYY-MM-DD` */
  readonly date: string;
  readonly weekday: Weekday;
  /** Since local midnight as the clock shows it: 0 to 1439. */
  readonly minute: number;
}

/** A stretch of UTC milliseconds with one offset; without `until`. */
export interface Stretch {
  readonly from: number;
  readonly until: number;
  readonly offset: number;
}

/** The stretch of one offset that an instant lies in. */
export function stretchAt({ transitions }: ZoneTable, at: number): Stretch {
  const i = Math.max(
    0,
    transitions.findLastIndex((transition) => transition.at <= at),
  );
  return stretch(transitions, i);
}

function stretch(transitions: readonly ZoneTransition[], i: number): Stretch {
  return {
    from: i === 0 ? -Infinity : (transitions[i]?.at ?? -Infinity),
    until: transitions[i + 1]?.at ?? Infinity,
    offset: (transitions[i]?.offsetMinutes ?? 0) * MINUTE,
  };
}

/** The weekday and the minute of the day that local milliseconds fall on. */
export function clockAt(local: number): Pick<LocalReading, 'weekday' | 'minute'> {
  const day = Math.floor(local / DAY);
  // Day 0 was a Thursday.
  const weekday = WEEKDAYS[(((day + 3) % 7) + 7) % 7] ?? 'mon';
  return { weekday, minute: Math.floor((local - day * DAY) / MINUTE) };
}

/** What the clocks of a zone show at an instant (UTC milliseconds). */
export function readingAt(table: ZoneTable, at: number): LocalReading {
  const local = at + stretchAt(table, at).offset;
  return { date: new Date(local).toISOString().slice(0, 10), ...clockAt(local) };
}

/**
 * The instant, in UTC milliseconds, at which the clocks of a zone show a date and a minute of the day. A time they show twice is the first of
 * the two; one they leave out is the instant at which they jump over it.
 */
export function instantAt({ transitions }: ZoneTable, { date, minute }: Pick<LocalReading, 'date' | 'minute'>): number {
  const wanted = Date.parse(`${date}T00:00:00Z`) + minute * MINUTE;
  for (let i = 0; i < transitions.length; i++) {
    const { from, until, offset } = stretch(transitions, i);
    if (wanted - offset < until) return Math.max(from, wanted - offset);
  }
  throw new RangeError('the last stretch of a zone table has no end');
}

/** The next instant after `at` at which the offset changes or the clocks show one of these minutes of the day (1440: midnight). */
export function nextMark(table: ZoneTable, at: number, marks: readonly number[]): number {
  const { offset, until } = stretchAt(table, at);
  const midnight = Math.floor((at + offset) / DAY) * DAY;
  const sinceMidnight = at + offset - midnight;
  const mark = marks.find((minute) => minute * MINUTE > sinceMidnight) ?? DAY_MINUTES;
  return Math.min(until, midnight + mark * MINUTE - offset);
}
