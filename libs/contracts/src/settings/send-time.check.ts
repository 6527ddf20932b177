import type { FieldFault } from '../request/field-fault.js';
import type { CampaignPeriod, QuietHours, SendTimeSettings, SendWindow } from './settings.js';

/** Minutes since local midnight of a time of day as `HH:MM`. */
export const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

/** True when quiet hours hold at that minute of the day; `from` later than `to` goes over midnight. */
export function isQuietAt({ from, to }: { from: number; to: number }, minute: number): boolean {
  return from < to ? from <= minute && minute < to : from <= minute || minute < to;
}

/** What well-formed settings say that can never be kept. Times are well-formed already. */
export function sendTimeFaults({ quietHours, windows }: SendTimeSettings): FieldFault[] {
  const faults: FieldFault[] = [];
  const fault = (field: string, code: string, message: string): void => void faults.push({ field, code, message });
  if (quietHours && quietHours.from === quietHours.to)
    fault('quietHours.to', 'same_as_from', 'is the same as from: null says that there are none');
  windows?.forEach((window, i) => {
    if (minuteOf(window.from) >= minuteOf(window.to))
      fault(`windows[${i}].to`, 'not_after_from', 'is not after from: a window over midnight is two windows');
  });
  if (faults.length === 0 && quietHours && windows && !windows.some((window) => isEverOpen(window, quietHours)))
    fault('windows', 'always_quiet', 'lie wholly within the quiet hours: nothing could ever be sent');
  return faults;
}

/** True when some minute of the window is not quiet. */
function isEverOpen(window: SendWindow, quietHours: QuietHours): boolean {
  const quiet = { from: minuteOf(quietHours.from), to: minuteOf(quietHours.to) };
  const [from, to] = [minuteOf(window.from), minuteOf(window.to)];
  // Where quiet hours leave a minute of the window open, its first minute is one, or the one at which they end.
  return !isQuietAt(quiet, from) || (from <= quiet.to && quiet.to < to);
}

/** A campaign that ends before it has started would refuse everything. Instants are well-formed already. */
export function periodFaults({ startsAt, endsAt }: CampaignPeriod): FieldFault[] {
  if (startsAt === undefined || endsAt === undefined || Date.parse(startsAt) < Date.parse(endsAt)) return [];
  return [{ field: 'endsAt', code: 'not_after_start', message: 'is not after startsAt: nothing could ever be sent' }];
}
