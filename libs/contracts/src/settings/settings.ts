import type { Channel } from '../channel.js';
import type { ConsentDemand } from '../events/consent-events.js';
import type { FactorWeights } from '../events/decision.js';
import type { ChannelSettings, ChannelUse, ChannelsSettings } from './channel-settings.js';
import type { Price } from './price.js';
import type { Sequences } from './sequence.js';
import type { WordAnswers } from './word-answers.js';

/** Messages to one person, all windows rolling. Null switches a cap off; absent leaves it to the next wider setting. */
export interface CapCounts {
  /** In any 24 hours. */
  readonly perDay?: number | null;
  /** In any 7 days. */
  readonly perWeek?: number | null;
}

/** How often one person may be contacted, on all channels together. Product default 3 a day and 10 a week. */
export interface CapSettings extends CapCounts {
  /** Beside those, on one channel alone. Product default: none. */
  readonly channels?: Readonly<Partial<Record<Channel, CapCounts>>>;
}

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/**
 * `asap`: the earliest moment that is allowed. `best_practice`: an hour the person prefers, else a good one for the channel. `learned`: an hour
 * the person prefers, else the one at which the tenant's own messages engage best; as `best_practice` while none was seen.
 */
export const SEND_TIMES = ['asap', 'best_practice', 'learned'] as const;
export type SendTimeChoice = (typeof SEND_TIMES)[number];

/** Local times of day as `HH:MM`, from the first up to but without the second. `from` later than `to` goes over midnight. */
export interface QuietHours {
  readonly from: string;
  readonly to: string;
}

/** Local times of day as `HH:MM` (`to` up to `24:00`), on these weekdays; default every day. `from` is before `to`. */
export interface SendWindow {
  readonly days?: readonly Weekday[];
  readonly from: string;
  readonly to: string;
}

/** Messages are spread evenly over the allowed time of so many hours, counted from the first moment each may start. */
export interface Spacing {
  /** 1 to 168. */
  readonly overHours: number;
}

/** When a person may be contacted, by the clock of their zone. Absent leaves it to the next wider setting. */
export interface SendTimeSettings {
  /** Product default `asap`. */
  readonly sendTime?: SendTimeChoice;
  /** Nothing but what is `critical` starts in them. Null: none. Product default none. */
  readonly quietHours?: QuietHours | null;
  /** What is not `critical` starts in one of them. Null: at any time. Product default at any time. */
  readonly windows?: readonly SendWindow[] | null;
  /** Hours of the day (0 to 23) in which messages start if the rules allow it before the deadline. Product default, and empty: none. */
  readonly preferredHours?: readonly number[];
  /** Null: none. Product default: none; only what waits for a good hour is spread within it. */
  readonly spacing?: Spacing | null;
  /** IANA zone of a campaign's days, and of people of whom none is known. Product default UTC. */
  readonly timeZone?: string;
}

/** How a channel is chosen among those that can be used. Absent leaves each to the next wider setting. */
export interface SelectionSettings {
  /** All five, together 1 (within 1e-9). Product default: customer type and engagement 0.3, device 0.2, urgency and time of day 0.1. */
  readonly weights?: FactorWeights;
  /**
   * These channels come before all others, in this order; what a person prefers comes before them. Empty: no order but the score's.
   * Product default: empty.
   */
  readonly channelPriority?: readonly Channel[];
  /** Share of choices drawn at random among the channels that only the score orders, 0..0.2. Product default 0. */
  readonly exploration?: number;
}

/** Micro-units of the campaign's currency: 1,000,000 are one euro. */
export interface BudgetAmounts {
  readonly totalMicros?: number;
  /** For each of the campaign's days. */
  readonly perDayMicros?: number;
}

export type ChannelAmounts = Readonly<Partial<Record<Channel, BudgetAmounts>>>;

export interface BudgetSettings extends BudgetAmounts {
  /** What of it may go to one channel; whatever a channel spends counts in the whole, too. Default: no limit but the whole's. */
  readonly channels?: ChannelAmounts;
  /**
   * The campaign's days over which `totalMicros` is to be spread, both included, such as `2026-05-01`. Pacing measures against it; nothing
   * is refused by it.
   */
  readonly period?: { readonly firstDay: string; readonly lastDay: string };
}

/** When a campaign runs: instants with their offset. */
export interface CampaignPeriod {
  /** Nothing of it starts before this instant. Default: it has started. */
  readonly startsAt?: string;
  /** Nothing of it starts at or after this instant. Default: it has no end. */
  readonly endsAt?: string;
}

/** What messages need the consent of the person they go to. Absent leaves it to the next wider setting, channel by channel. */
export interface ConsentSettings {
  readonly consent?: {
    /** Product default: `marketing` for SMS, `always` for WhatsApp, `never` for every other channel. */
    readonly required?: Readonly<Partial<Record<Channel, ConsentDemand>>>;
  };
}

/** A campaign's own rules: before the tenant's, which stand before the product's. Numbers are whole and not negative. */
export interface CampaignSettings extends SelectionSettings, SendTimeSettings, CampaignPeriod, ConsentSettings {
  /** Default: no limit. */
  readonly budget?: BudgetSettings;
  readonly caps?: CapSettings;
  /** Look-back for the same content to the same address, in hours. Product default 24; null lets repeats through. */
  readonly dedupHours?: number | null;
  /** Messages in one of the campaign's days. Default null: no limit. */
  readonly dailyLimit?: number | null;
  /** What becomes of a message that the daily limit leaves no room for: refused, or put off to the next day with room. Default `refuse`. */
  readonly whenDailyLimitReached?: WhenFull;
  /** Beside the tenant's. */
  readonly channels?: ChannelsSettings<ChannelUse>;
}

export const WHEN_FULL = ['refuse', 'defer'] as const;
export type WhenFull = (typeof WHEN_FULL)[number];

/** A tenant's rules where a campaign says nothing. */
export interface TenantSettings extends SelectionSettings, SendTimeSettings, ConsentSettings {
  readonly caps?: CapSettings;
  readonly dedupHours?: number | null;
  /** Worst case of one message, or the table it follows from, by channel. Default: free. */
  readonly prices?: Readonly<Partial<Record<Channel, Price>>>;
  readonly channels?: ChannelsSettings<ChannelSettings>;
  /** Named sequences, beside those of the product (`PRODUCT_SEQUENCES`). */
  readonly sequences?: Sequences;
  /** What is answered to STOP, START and HELP. Product default: nothing. */
  readonly wordAnswers?: WordAnswers;
}

export const CAMPAIGN_STATUSES = ['active', 'paused', 'stopped'] as const;
/**
 * `paused`: nothing of it is sent; what is planned rests until it is active again or its deadline passes. `stopped`: for good;
 * what was planned is skipped.
 */
export type CampaignStatus = (typeof CAMPAIGN_STATUSES)[number];
