import type { Channel, FactorWeights } from '@homing/contracts';
import type { ConsentStanding } from '../consent/consent.state.js';

/** How a channel is chosen among those that can be used. */
export interface SelectionPolicy {
  readonly weights: FactorWeights;
  /** These come before all others, in this order; what the person prefers comes before them. */
  readonly channelPriority: readonly Channel[];
  /** Share of choices drawn among the channels that only the score orders, 0..0.2. */
  readonly exploration: number;
  /** How many messages an expectation weighs against what was seen: after so many both count the same. */
  readonly priorStrength: number;
}

/** REQUIREMENTS B5; nothing is drawn, and no channel comes first but by its score. */
export const DEFAULT_SELECTION: SelectionPolicy = {
  weights: { customerType: 0.3, engagement: 0.3, device: 0.2, urgency: 0.1, timeOfDay: 0.1 },
  channelPriority: [],
  exploration: 0,
  priorStrength: 20,
};

/** Messages that a provider took, and those of them a person opened, read, clicked or answered. */
export interface EngagementCount {
  readonly sent: number;
  readonly engaged: number;
}
export type EngagementCounts = Readonly<Partial<Record<Channel, EngagementCount>>>;

export interface EngagementHistory {
  /** Of all of the tenant's people. */
  readonly tenant: EngagementCounts;
  /** Of the tenant's people of the same customer type; empty where that is not known. */
  readonly customerType: EngagementCounts;
}

/** Of one address on one channel. Who is not named never said anything. */
export type KnownConsent = {
  readonly fingerprint: string;
  readonly channel: Channel;
  readonly standing: ConsentStanding;
};

/** What is known when a channel is chosen, beside the request itself. Nothing of it is personal. */
export interface ChannelInputs {
  /** Channels the caller allows; absent means all. */
  readonly allowed?: readonly Channel[] | undefined;
  readonly optedOut: readonly Channel[];
  /** Channels the person prefers, most preferred first. Absent: no wish is known. */
  readonly preferred?: readonly Channel[] | undefined;
  /** Fingerprints that are held back (bounced, complained, unsubscribed). */
  readonly suppressed?: readonly string[];
  /**
   * What the register of consent says of the person's addresses, for the purpose of this message. Absent: it was not asked, as in
   * decisions from before there was one, and nothing is demanded.
   */
  readonly consents?: readonly KnownConsent[];
  /** Channels the content has a body for. */
  readonly contentChannels: readonly Channel[];
  /** Those of them whose template holds only text, and names none that the provider approved. Absent: none is known to. */
  readonly freeText?: readonly Channel[];
  /** Absent: nothing was sent yet. */
  readonly engagement?: EngagementHistory;
  /** Hour of the person's day at the planned instant, 0..23. Absent: their zone is not known, and time of day speaks for no channel. */
  readonly localHour?: number | undefined;
  /** When the person last wrote to us, by channel. */
  readonly lastInboundAt?: Readonly<Partial<Record<Channel, string>>>;
  /** 0 <= draw < 1, the same whenever this outreach is decided; decides what is drawn where anything is. Absent: nothing is drawn. */
  readonly draw?: number;
}
