import type { Channel } from '../channel.js';
import type { Money } from '../money.js';

/** How often one person may be contacted. Null switches a cap off; absent leaves it to the next wider setting. */
export interface CapSettings {
  /** Messages in any 24 hours. Product default 3. */
  readonly perDay?: number | null;
  /** Messages in any 7 days. Product default 10. */
  readonly perWeek?: number | null;
}

/** A campaign's own rules: before the tenant's, which stand before the product's. Numbers are whole and not negative. */
export interface CampaignSettings {
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
export interface TenantSettings {
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
