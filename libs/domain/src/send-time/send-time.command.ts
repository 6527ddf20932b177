import type { Channel, StepTrace, Urgency } from '@homing/contracts';
import type { HourHistory } from './learned-hours.estimate.js';
import type { SendTimeRules } from './send-time.rules.js';
import { UTC_TABLE, type ZoneTable } from './zone.table.js';

/** Whose zone it is: the recipient's own, else the campaign's, else the tenant's, else UTC. */
export type ZoneOwner = 'recipient' | 'campaign' | 'tenant' | 'product';

/** The clock a person is taken to live by. */
export interface RecipientClock {
  readonly table: ZoneTable;
  readonly owner: ZoneOwner;
}
export const PRODUCT_CLOCK: RecipientClock = { table: UTC_TABLE, owner: 'product' };

export interface ChooseSendTime {
  readonly now: string;
  /** The caller's own time: nothing starts before it, and no better hour is looked for. */
  readonly sendAt?: string | undefined;
  readonly expiresAt: string;
  readonly urgency: Urgency;
  /** Whose good hours are looked for. Default: no channel's. */
  readonly channel?: Channel | undefined;
  readonly customerType?: string | undefined;
  /** Hours of the day (0 to 23) at which the person likes to be reached. */
  readonly preferredHours?: readonly number[] | undefined;
  /** Absent: any time will do. */
  readonly rules?: SendTimeRules | undefined;
  /** Reaches over `searchSpan`. Default UTC. */
  readonly clock?: RecipientClock | undefined;
  /** When the tenant's messages engaged people. Absent, or empty: nothing was learned yet. */
  readonly hours?: HourHistory | undefined;
  /** 0 <= spread < 1, the same whenever the message is decided: its place in the time that messages are spread over. Absent: the first moment. */
  readonly spread?: number | undefined;
  /** Share of messages that try an hour drawn among all instead of the learned one, 0..0.2. Default 0. */
  readonly exploration?: number | undefined;
}

/** Why then: what the chosen instant had to wait for last. */
export type SendTimeCode =
  | 'now'
  | 'as_requested'
  | 'campaign_start'
  | 'after_quiet_hours'
  | 'in_window'
  | 'spaced'
  | 'preferred_hour'
  | 'campaign_hour'
  | 'learned_hour'
  | 'explored_hour'
  | 'best_practice'
  /** Put off: a channel's hour or day, or a campaign's day, had no room left. */
  | 'after_hour_quota'
  | 'after_day_quota'
  | 'after_daily_limit';

export type Facts = NonNullable<StepTrace['facts']>;

export interface ChosenSendTime {
  readonly kind: 'at';
  readonly at: string;
  readonly code: SendTimeCode;
  readonly facts?: Facts;
  /** When it will next be too late to start: quiet hours begin, the window or the campaign ends. Absent: not before the booking ends. */
  readonly openUntil?: string;
}

/**
 * The caller's own time is not before the deadline; no moment before it is allowed; the campaign is over, ends before any moment is
 * allowed, or starts when it is too late.
 */
export type SendTimeRefusal =
  | 'send_time_after_deadline'
  | 'no_time_before_deadline'
  | 'campaign_ended'
  | 'no_time_before_campaign_end'
  | 'campaign_starts_after_deadline';

export type SendTime =
  ChosenSendTime | { readonly kind: 'refused'; readonly reason: SendTimeRefusal; readonly facts?: Facts };

/** How far ahead an open moment is looked for, in days: what weekly rules and clock changes leave open comes up before that. */
export const SEARCH_DAYS = 60;

/** In UTC milliseconds, without `until`. */
export interface SearchSpan {
  readonly from: number;
  readonly until: number;
}

/** Where the answer lies if there is one: what a clock's table must cover. */
export function searchSpan({
  now,
  sendAt,
  expiresAt,
  rules,
}: Pick<ChooseSendTime, 'now' | 'sendAt' | 'expiresAt' | 'rules'>): SearchSpan {
  const starts = [now, sendAt, rules?.startsAt].filter((each) => each !== undefined);
  const from = Math.max(...starts.map((each) => Date.parse(each)));
  const end = rules?.endsAt === undefined ? Infinity : Date.parse(rules.endsAt);
  return { from, until: Math.min(Date.parse(expiresAt), end, from + SEARCH_DAYS * 86_400_000) };
}
