import {
  isQuietAt,
  minuteOf,
  WEEKDAYS,
  type CampaignPeriod,
  type Channel,
  type SendTimeChoice,
  type SendTimeSettings,
  type Weekday,
} from '@homing/contracts';
import { DAY_MINUTES, type LocalReading } from './zone.table.js';

/** Minutes of the local day, without `to`. */
export interface MinuteSpan {
  readonly from: number;
  readonly to: number;
}

/** When a message may start, by the clock of the person it is for. */
export interface SendTimeRules {
  readonly choice: SendTimeChoice;
  /** `from` later than `to` goes over midnight. */
  readonly quiet?: MinuteSpan | undefined;
  /** Absent: at any time. */
  readonly windows?: readonly (MinuteSpan & { readonly days: readonly Weekday[] })[] | undefined;
  /** Hours of the day in which messages are to start where that is possible. */
  readonly preferredHours?: readonly number[] | undefined;
  /** Messages are spread over the open time of so many hours. Absent: only what waits for a good hour is, within it. */
  readonly spacingHours?: number | undefined;
  /** Nothing starts before this instant; not even what is critical. */
  readonly startsAt?: string | undefined;
  /** Nothing starts at or after this instant; not even what is critical. */
  readonly endsAt?: string | undefined;
}

/** The rules in force, widest setting first: field by field the narrowest that says anything, and the campaign's period. Undefined where nothing is asked for. */
export function sendTimeRules(
  settings: readonly (SendTimeSettings | undefined)[],
  { startsAt, endsAt }: CampaignPeriod = {},
): SendTimeRules | undefined {
  const narrowest = <K extends keyof SendTimeSettings>(field: K): SendTimeSettings[K] =>
    settings.findLast((each) => each?.[field] !== undefined)?.[field];
  const choice = narrowest('sendTime') ?? 'asap';
  const quietHours = narrowest('quietHours') ?? undefined;
  const windows = narrowest('windows') ?? undefined;
  const preferredHours = narrowest('preferredHours');
  const spacingHours = narrowest('spacing')?.overHours;
  const asked = [quietHours, windows, preferredHours?.length || undefined, spacingHours, startsAt, endsAt];
  if (choice === 'asap' && asked.every((each) => each === undefined)) return undefined;
  return {
    choice,
    quiet: quietHours && spanOf(quietHours),
    windows: windows?.map(({ days = WEEKDAYS, ...span }) => ({ days, ...spanOf(span) })),
    ...(preferredHours?.length ? { preferredHours } : {}),
    ...(spacingHours === undefined ? {} : { spacingHours }),
    ...(startsAt === undefined ? {} : { startsAt }),
    ...(endsAt === undefined ? {} : { endsAt }),
  };
}

/** The same rules without a better hour to look for, nor time to spread over: what has waited already. */
export const earliestBy = (rules: SendTimeRules | undefined): SendTimeRules | undefined =>
  rules && { ...rules, choice: 'asap', preferredHours: undefined, spacingHours: undefined };

const spanOf = ({ from, to }: { from: string; to: string }): MinuteSpan => ({ from: minuteOf(from), to: minuteOf(to) });

export type Clock = Pick<LocalReading, 'weekday' | 'minute'>;

export const isQuiet = ({ quiet }: SendTimeRules, { minute }: Clock): boolean =>
  quiet !== undefined && isQuietAt(quiet, minute);

/** True when a message that is not `critical` may start at that minute. */
export function isOpen(rules: SendTimeRules, clock: Clock): boolean {
  if (isQuiet(rules, clock)) return false;
  return rules.windows?.some(({ days, ...span }) => isWithin(span, clock) && days.includes(clock.weekday)) ?? true;
}

export const isWithin = ({ from, to }: MinuteSpan, { minute }: Clock): boolean => from <= minute && minute < to;

/** The minutes of the day at which the rules, or these spans, begin or end; ascending, midnight last. */
export function marksOf({ quiet, windows = [] }: SendTimeRules, spans: readonly MinuteSpan[]): number[] {
  const all = [...(quiet ? [quiet] : []), ...windows, ...spans].flatMap(({ from, to }) => [from, to]);
  return [...new Set([...all, DAY_MINUTES])].sort((a, b) => a - b);
}

const hours = (from: number, to: number): MinuteSpan => ({ from: from * 60, to: to * 60 });

const BEST_HOURS: Readonly<Partial<Record<Channel, MinuteSpan>>> = {
  email: hours(9, 10),
  instagram: hours(19, 20),
  facebook: hours(19, 20),
  linkedin: hours(10, 11),
  twitter: hours(12, 17),
  whatsapp: hours(10, 11),
};
const WHATSAPP_OF_NEW_CUSTOMERS = hours(18, 19);

/** The hours of the day at which a channel is read best; none where nothing is known. Who is not `new` counts as an existing customer. */
export function bestHours(channel: Channel | undefined, customerType: string | undefined): readonly MinuteSpan[] {
  if (channel === 'whatsapp' && customerType === 'new') return [WHATSAPP_OF_NEW_CUSTOMERS];
  const best = channel && BEST_HOURS[channel];
  return best ? [best] : [];
}

/** Whole hours (0 to 23) as spans. */
export const hourSpans = (named: readonly number[]): readonly MinuteSpan[] =>
  named.map((hour) => hours(hour, hour + 1));
