import type { Channel } from '../channel.js';

/** `[sent, engaged]` by channel; channels nothing was sent by are left out. */
export type RecordedEngagement = Readonly<Partial<Record<Channel, readonly [sent: number, engaged: number]>>>;

/** `g`: given, until an instant where there is one; `w`: withdrawn. */
export type RecordedConsent = readonly [place: number, stands: 'g' | 'w', consentId: string, validUntil?: string];

/**
 * What a decision rested on beside the request and the policy, so that it can be replayed: ids, codes and counts, nothing personal. Keys
 * are short because every decision is kept for good; what is absent is nothing.
 */
export interface RecordedInputs {
  /** Channels the content has a body for. */
  readonly c: readonly Channel[];
  /** Those whose template holds only text, where the provider asks for one it approved. */
  readonly f?: readonly Channel[];
  /** Channels the caller allows; absent: all. */
  readonly a?: readonly Channel[];
  /** Channels the person opted out of. */
  readonly o?: readonly Channel[];
  /** Channels the person prefers, most preferred first. */
  readonly p?: readonly Channel[];
  /** Hours of the day (0..23) the person prefers. */
  readonly h?: readonly number[];
  /** Places in the request's contacts (from 0) that were held back. */
  readonly s?: readonly number[];
  /** What the register of consent said of places in the request's contacts, for the message's purpose. Absent: it was not asked. */
  readonly k?: readonly RecordedConsent[];
  /** Engagement as it was used: of all of the tenant's people, and of those of the same customer type. Absent: none was known. */
  readonly e?: { readonly t?: RecordedEngagement; readonly c?: RecordedEngagement };
  /** Hour of the person's day at the earliest instant, 0..23. */
  readonly l?: number;
  /** What a share of choices is drawn by, 0 <= d < 1. */
  readonly d?: number;
  /** The message's place in the time messages are spread over, 0 <= x < 1. */
  readonly x?: number;
  /** Hours were learned: the hour of the week (0..167) that was best, or -1 where something else decided. */
  readonly w?: number;
  /** When the person last wrote to us, by channel. */
  readonly i?: Readonly<Partial<Record<Channel, string>>>;
  /** The campaign was `paused` or `stopped`. */
  readonly q?: 'paused' | 'stopped';
  /** 1: what an earlier try had booked was followed. */
  readonly b?: 1;
  /** Round of deciding; absent: the first. */
  readonly r?: number;
}
