import type { Channel } from '../channel.js';
import type { Money } from '../money.js';
import type { LegBooking } from './ledger-events.js';

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

export interface RankedChannel {
  readonly channel: Channel;
  /** 1 is first choice. */
  readonly rank: number;
  /** 0..1. */
  readonly score: number;
  readonly reason: string;
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
  /** What the first attempt holds in the books; absent where nothing is booked. */
  readonly booking?: LegBooking;
}

/** Delay before retry n (from 0) is `delaysSeconds[n]`, or 2^n x 60 s when the list is shorter. */
export interface RetryPolicy {
  readonly maxRetries: number;
  readonly delaysSeconds: readonly number[];
}
