import { WEEKDAYS, type Weekday } from '@homing/contracts';
import type { Clock } from './send-time.rules.js';

export const WEEK_HOURS = 168;

/** The minutes of the day at which an hour begins. */
export const HOUR_MARKS: readonly number[] = Array.from({ length: 24 }, (_, hour) => hour * 60);

/** 0 (Monday, midnight) to 167, as the clock shows it. */
export const hourOfWeek = ({ weekday, minute }: Clock): number =>
  WEEKDAYS.indexOf(weekday) * 24 + Math.floor(minute / 60);

export interface WeekHour {
  readonly weekday: Weekday;
  readonly hour: number;
}

export const weekHourOf = (hour: number): WeekHour => ({
  weekday: WEEKDAYS[Math.floor(hour / 24) % 7] ?? 'mon',
  hour: hour % 24,
});
