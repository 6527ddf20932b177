import type { Money } from '@homing/contracts';

/** Codes as a person reads them: `mailbox_unavailable` is "mailbox unavailable". */
export const words = (code: string): string => code.replaceAll('_', ' ');
export const sentence = (code: string): string => words(code).replace(/^./, (letter) => letter.toUpperCase());

export type Tone = 'good' | 'bad' | 'busy' | 'warn' | 'quiet';

const TONES: Readonly<Record<string, Tone>> = {
  delivered: 'good',
  opened: 'good',
  read: 'good',
  clicked: 'good',
  responded: 'good',
  replied: 'good',
  passed: 'good',
  settled: 'quiet',
  refused: 'warn',
  skipped: 'warn',
  unsubscribed: 'warn',
  retrying: 'warn',
  deferred: 'warn',
  outcome_unknown: 'warn',
  assumed_sent: 'warn',
  awaiting_person: 'warn',
  withdrawn: 'quiet',
  unknown: 'warn',
  complained: 'bad',
  bounced: 'bad',
  failed: 'bad',
  undelivered: 'bad',
  dropped: 'bad',
  rejected: 'bad',
  permanent_failed: 'bad',
  expired: 'quiet',
  cancelled: 'quiet',
  cancel_requested: 'quiet',
  not_applicable: 'quiet',
};

/** What a state means at a glance; whatever is still under way is `busy`. */
export const toneOf = (state: string): Tone => TONES[state] ?? 'busy';

export function money({ micros, currency }: Money): string {
  const format = new Intl.NumberFormat(undefined, { style: 'currency', currency, maximumFractionDigits: 4 });
  return format.format(micros / 1_000_000);
}

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

/** "3 minutes ago", "in 2 hours". */
export function relative(instant: string, now: number): string {
  const ms = Date.parse(instant) - now;
  const [unit, size] = STEPS.find(([, size]) => Math.abs(ms) >= size) ?? ['second', 1_000];
  return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(Math.round(ms / size), unit);
}

/** Time since the first event: "+0.4 s", "+2 min 5 s". */
export function elapsed(from: string, to: string): string {
  const seconds = Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
  if (seconds < 60) return `+${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  if (seconds < 3600) return `+${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `+${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
}
