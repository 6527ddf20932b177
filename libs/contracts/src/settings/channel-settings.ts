import type { Channel } from '../channel.js';

/** The window of `maxPerPerson`, in hours: 30 days. */
export const PERSON_WINDOW_HOURS = 720;

/** How often a channel tries again, and whom it may reach how often. A campaign's stands before its tenant's. */
export interface ChannelUse {
  /** False: nothing goes by it. A campaign cannot use what its tenant does not. Product default: whether the installation has it. */
  readonly enabled?: boolean;
  /** Messages to one person in any 30 days, beside the caps. Null: no limit. Product default: no limit. */
  readonly maxPerPerson?: number | null;
  /** Tries after the first. Product default 2. */
  readonly maxRetries?: number;
  /** Wait before each retry, the first first; a minute or longer. Product default: none, then it is 2^n minutes, n from 0. */
  readonly retryBackoffHours?: readonly number[];
}

/** How a tenant uses one channel. What is absent is as the product has it. */
export interface ChannelSettings extends ChannelUse {
  /** Its messages are handed to a person who sends them. Product default: no. */
  readonly assisted?: boolean;
  /** Messages in one hour of the tenant’s day. What does not fit waits for the next. Null: no limit. Product default: no limit. */
  readonly maxPerHour?: number | null;
  /** Messages in one day of the tenant’s zone. What does not fit waits for the next. Null: no limit. Product default: no limit. */
  readonly maxPerDay?: number | null;
  /** Names of templates by type of message, such as `cold_outreach`. */
  readonly templates?: Readonly<Record<string, string>>;
  readonly settings?: ChannelSender;
}

/** Who sends where the request names nobody. Of email only. */
export interface ChannelSender {
  /** Of the domain the tenant sends from. */
  readonly from_email?: string;
  readonly from_name?: string;
}

export type ChannelsSettings<T extends ChannelUse> = Readonly<Partial<Record<Channel, T>>>;
