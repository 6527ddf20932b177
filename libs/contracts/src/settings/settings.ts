import type { Channel } from '../channel.js';
import type { FactorWeights } from '../events/decision.js';
import type { Money } from '../money.js';

/** How often one person may be contacted. Null switches a cap off; absent leaves it to the next wider setting. */
export interface CapSettings {
  /** Messages in any 24 hours. Product default 3. */
  readonly perDay?: number | null;
  /** Messages in any 7 days. Product default 10. */
  readonly perWeek?: number | null;
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

/** A campaign's own rules: before the tenant's, which stand before the product's. Numbers are whole and not negative. */
export interface CampaignSettings extends SelectionSettings {
  /** Micro-units of the campaign's currency (1,000,000 are one euro), `perDayMicros` for each of the campaign's days. Default: no limit. */
  readonly budget?: { readonly totalMicros?: number; readonly perDayMicros?: number };
  readonly caps?: CapSettings;
  /** Look-back for the same content to the same address, in hours. Product default 24; null lets repeats through. */
  readonly dedupHours?: number | null;
  /** Messages in one of the campaign's days. Default null: no limit. */
  readonly dailyLimit?: number | null;
  /** IANA zone in which the campaign's days begin and end. Default UTC. */
  readonly timeZone?: string;
}

/** A tenant's rules where a campaign says nothing. */
export interface TenantSettings extends SelectionSettings {
  readonly caps?: CapSettings;
  readonly dedupHours?: number | null;
  /** Worst case of one message, by channel. Default: free. */
  readonly prices?: Readonly<Partial<Record<Channel, Money>>>;
}

export const CAMPAIGN_STATUSES = ['active', 'paused', 'stopped'] as const;
/**
 * `paused`: nothing of it is sent; what is planned rests until it is active again or its deadline passes. `stopped`: for good;
 * what was planned is skipped.
 */
export type CampaignStatus = (typeof CAMPAIGN_STATUSES)[number];
