import type { Channel } from '../channel.js';
import type { Money } from '../money.js';
import type { LegBooking } from './ledger-events.js';
import type { ContentRef } from './outreach-events.js';

/** The ten steps in their order; a refusal names the one that refused. `intake` is what happens before the first. */
export const DECISION_STEPS = [
  'intake',
  'dedup',
  'frequency_cap',
  'channel_selection',
  'budget',
  'daily_limit',
  'send_time',
  'record',
  'spend',
  'fallback_chain',
  'answer',
] as const;
export type DecisionStep = (typeof DECISION_STEPS)[number];

export type StepOutcome = 'passed' | 'refused' | 'not_applicable';

/** One step's trace, compact: a code and the few numbers a sentence is later rendered from. */
export interface StepTrace {
  readonly step: DecisionStep;
  readonly outcome: StepOutcome;
  readonly code: string;
  readonly facts?: Readonly<Record<string, string | number | boolean>>;
}

/** What a channel's score is made of. */
export const SELECTION_FACTORS = ['customerType', 'engagement', 'device', 'urgency', 'timeOfDay'] as const;
export type SelectionFactor = (typeof SELECTION_FACTORS)[number];

/** The share of each factor in the score: 0..1 each, together 1. */
export type FactorWeights = Readonly<Record<SelectionFactor, number>>;

/** Rounded to four decimals. */
export interface FactorScore {
  /** On the factor's own scale, 0..1. */
  readonly raw: number;
  /** `raw` times the factor's weight. */
  readonly contribution: number;
}

export interface RankedChannel {
  readonly channel: Channel;
  /** 1 is first choice; the first three are the fallback chain. */
  readonly rank: number;
  /** 0..1, four decimals. */
  readonly score: number;
  /**
   * Why it has this place: `preference`, `priority` or `score`; `explored`: drawn; `booked`: an earlier try of this decision had
   * chosen it. Of decisions before scores had factors: `prior`.
   */
  readonly reason: string;
  /** Absent in decisions before scores had factors. */
  readonly factors?: Readonly<Record<SelectionFactor, FactorScore>>;
}

/** How the channel was chosen, beside what stands with each channel. */
export interface SelectionRecord {
  readonly weights: FactorWeights;
  /** Share of choices that are drawn among equals, 0..0.2. */
  readonly exploration: number;
  /** With which the chosen channel was chosen, 0..1. Absent where an earlier try of this decision had chosen it. */
  readonly probability?: number;
  /** Codes of what the inputs suggest for the chosen channel. */
  readonly recommendations: readonly string[];
}

export interface ExcludedChannel {
  readonly channel: Channel;
  readonly reason: string;
}

/** Everything a decision rested on and chose, recorded so that it can be explained and replayed without personal data. */
export interface Explanation {
  readonly policyVersion: string;
  readonly decidedAt: string;
  readonly steps: readonly StepTrace[];
  readonly ranked: readonly RankedChannel[];
  readonly excluded: readonly ExcludedChannel[];
  /** Absent in decisions before scores had factors. */
  readonly selection?: SelectionRecord;
}

/** One channel's part in a plan. */
export interface PlannedLeg {
  readonly leg: number;
  readonly channel: Channel;
  readonly provider: string;
  /** Which of the channel's addresses, and its fingerprint; the address itself is sealed in the vault. */
  readonly contact: { readonly ordinal: number; readonly fingerprint: string; readonly mask: string };
  readonly sendAt: string;
  /** Worst case (declared maximum at the dearest eligible price). */
  readonly cost: Money;
  readonly retry: RetryPolicy;
  /** Absent: the content of the request. */
  readonly content?: ContentRef;
  /** What it rests on, where consent was required for it or known. Absent: neither. */
  readonly consent?: LegConsent;
  /** What the first attempt holds in the books; absent where nothing is booked. */
  readonly booking?: LegBooking;
}

/** Asked for again directly before the call. */
export interface LegConsent {
  /** The message may not be sent without. */
  readonly required: boolean;
  /** The entry of the register that allowed it when it was planned. */
  readonly consentId?: string;
}

/** Delay before retry n (from 0) is `delaysSeconds[n]`, or 2^n x 60 s when the list is shorter. */
export interface RetryPolicy {
  readonly maxRetries: number;
  readonly delaysSeconds: readonly number[];
}
