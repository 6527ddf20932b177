import type { Urgency } from '@homing/contracts';
import { chooseSendTime, type ChosenSendTime, type RecipientClock } from '../send-time/send-time.policy.js';
import { earliestBy, type SendTimeRules } from '../send-time/send-time.rules.js';
import { DAY_MINUTES, instantAt, readingAt, type ZoneTable } from '../send-time/zone.table.js';

const HOUR = 3_600_000;

/** One day of a zone in UTC milliseconds; `until` belongs to the next. */
export interface ZoneDay {
  readonly date: string;
  readonly from: number;
  readonly until: number;
}

/**
 * The day of a zone that an instant (UTC milliseconds) belongs to. Days follow each other without gap or overlap, whatever the clocks
 * do; one that they leave out is none.
 */
export function zoneDayAt(table: ZoneTable, at: number): ZoneDay {
  const { date } = readingAt(table, at);
  // Where clocks go back over midnight, the day that has begun goes on.
  for (const days of [1, 0, -1]) {
    const day = zoneDay(table, shifted(date, days));
    if (day.from <= at && at < day.until) return day;
  }
  throw new RangeError('an instant belongs to a day next to the one its clocks show');
}

const zoneDay = (table: ZoneTable, date: string): ZoneDay => ({
  date,
  from: startOf(table, date),
  until: startOf(table, shifted(date, 1)),
});

const startOf = (table: ZoneTable, date: string): number => instantAt(table, { date, minute: 0 });

const shifted = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MINUTES * 60_000).toISOString().slice(0, 10);

/** An hour of a channel's day in which a message may start, and the first moment of it that is allowed. */
export interface QuotaHour {
  /** When the hour begins, ISO instant. */
  readonly hour: string;
  readonly when: ChosenSendTime & { readonly openUntil: string };
}

export interface QuotaHours {
  readonly day: ZoneDay;
  /** The zone of the channel's days. */
  readonly from: number;
  /** Nothing starts from then on: the deadline, or the end of another day that counts. */
  readonly until: number;
  readonly urgency: Urgency;
  readonly rules: SendTimeRules | undefined;
  /** The recipient's. */
  readonly clock: RecipientClock | undefined;
}

/**
 * The hours of the day, from an instant on, in which a message may start by the recipient's quiet hours and windows. Hours are counted
 * from the day's beginning, 60 minutes each; the last of a day may be shorter. No better hour is looked for.
 */
export function quotaHours({ day, from, until, urgency, rules, clock }: QuotaHours): QuotaHour[] {
  const asap = earliestBy(rules);
  const found: QuotaHour[] = [];
  const first = Math.max(0, Math.floor((from - day.from) / HOUR));
  for (let hour = day.from + first * HOUR; hour < Math.min(day.until, until); hour += HOUR) {
    const end = Math.min(hour + HOUR, day.until, until);
    const start = Math.max(hour, from);
    if (start >= end) continue;
    const when = chooseSendTime({
      ...{ now: iso(start), expiresAt: iso(end), urgency },
      ...{ rules: asap, clock },
    });
    if (when.kind === 'refused') continue;
    const closes = Math.min(end, when.openUntil === undefined ? Infinity : Date.parse(when.openUntil));
    found.push({ hour: iso(hour), when: { ...when, openUntil: iso(closes) } });
  }
  return found;
}

/** When the hour of a day begins that an instant lies in. */
export const hourOf = (day: ZoneDay, at: number): string => iso(day.from + Math.floor((at - day.from) / HOUR) * HOUR);

const iso = (ms: number): string => new Date(ms).toISOString();
