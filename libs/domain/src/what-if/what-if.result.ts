import type { Channel, DecisionStep } from '@homing/contracts';
import { messagesOf, type Contacted, type NotContacted, type Outcome } from './recorded.decision.js';

/** What a what-if cannot say, or holds as it happened, and of how many decisions. */
export const UNKNOWABLE = {
  inputs_not_recorded: 'Decided before inputs were recorded: counted as it happened, on both sides.',
  person_erased: 'The person was erased before the decision: counted as it happened, on both sides.',
  fate_of_new_contacts:
    'Refused then, contacted now: whether these would have been delivered, opened or answered was never seen. Their slots and money are held as used.',
  fate_of_other_channels:
    'Contacted then and now, by another channel: how people would have answered there was never seen.',
  fate_of_moved: 'Contacted at another time: opens, replies and bounces are those of the time then.',
  retries: 'These were tried again: what retries booked and were charged is not replayed.',
  later_messages: 'What follows a message that failed or stayed unanswered is not replayed.',
  learned_engagement: 'Engagement counts are those used then; under other rules the past would have taught others.',
  learned_hours:
    'Of the hours learned then only the best one for its channel is kept: elsewhere, of further messages at once, and where messages are spread, times are approximate.',
  hours_not_learned:
    'The candidate asks for learned hours where none were gathered then: a good hour of the channel stands for them.',
  followed_a_booking: 'Then an earlier try had booked already and was followed; now they are decided afresh.',
} as const;
export type Unknowable = keyof typeof UNKNOWABLE;

/** One side: how it was decided. */
export interface WhatIfSide {
  readonly contacted: number;
  readonly refused: number;
  /** People contacted at least once. */
  readonly people: number;
  readonly byChannel: Readonly<Partial<Record<Channel, number>>>;
  /** Most frequent first. */
  readonly refusals: readonly { readonly step: DecisionStep; readonly reason: string; readonly count: number }[];
  /** What is reserved for all contacts, each at its worst case, by currency. */
  readonly worstCase: readonly Cost[];
  /** Contacts by the hour (0..23, UTC) they are planned for. */
  readonly byHour: readonly number[];
}

export interface Cost {
  readonly currency: string;
  readonly micros: number;
}

export interface Limit {
  readonly step: DecisionStep;
  readonly reason: string;
  /** Decisions it refused. */
  readonly then: number;
  readonly now: number;
  /** People it held back now. */
  readonly people: number;
}

export type FlipKind = 'contacted_now' | 'refused_now' | 'other_channel' | 'moved' | 'other_cost' | 'other_reason';

export type ShownOutcome =
  | {
      readonly kind: 'contacted';
      readonly channel: Channel;
      readonly at: string;
      readonly cost: Cost;
      readonly also?: readonly Channel[];
    }
  | Extract<Outcome, { kind: 'refused' }>;

export interface Flip {
  readonly outreachId: string;
  readonly decidedAt: string;
  readonly kind: FlipKind;
  readonly then: ShownOutcome;
  readonly now: ShownOutcome;
}

export interface WhatIfResult {
  /** Decisions compared; the sides count these. */
  readonly decisions: number;
  /** Of them taken again; the rest are counted as they happened. */
  readonly replayed: number;
  /** Of other campaigns: not compared, held in the books as they happened. */
  readonly ofOtherCampaigns: number;
  readonly then: WhatIfSide & {
    /** Worst case of what providers took; of retries not counted. */
    readonly taken: readonly Cost[];
  };
  readonly now: WhatIfSide;
  readonly changes: Readonly<Record<FlipKind | 'same', number>>;
  readonly moved: {
    readonly earlier: number;
    readonly later: number;
    /** By whole hours, rounded toward none, from -168 to 168: beyond are counted at the ends. */
    readonly byHours: readonly { readonly hours: number; readonly count: number }[];
  };
  /** Caps, look-backs, budgets and limits that refused on either side; the one that refuses most now first. */
  readonly limits: readonly Limit[];
  /** The first flips, in order of decision. */
  readonly examples: readonly Flip[];
  readonly cannotKnow: readonly { readonly code: Unknowable; readonly count: number; readonly detail: string }[];
  /** Versions of the policies the decisions were taken under then. */
  readonly policyVersions: readonly { readonly version: string; readonly count: number }[];
}

/** How a decision differs from what it was; the first that holds. */
export function flipOf(then: Outcome, now: Outcome): FlipKind | 'same' {
  if (then.kind === 'refused')
    return now.kind === 'contacted' ? 'contacted_now' : sameRefusal(then, now) ? 'same' : 'other_reason';
  if (now.kind === 'refused') return 'refused_now';
  if (channelsOf(then) !== channelsOf(now)) return 'other_channel';
  if (then.at !== now.at) return 'moved';
  return then.cost.micros === now.cost.micros && then.cost.currency === now.cost.currency ? 'same' : 'other_cost';
}

const sameRefusal = (one: NotContacted, other: NotContacted): boolean =>
  one.step === other.step && one.reason === other.reason;

const channelsOf = (outcome: Contacted): string =>
  messagesOf(outcome)
    .map(({ channel }) => channel)
    .join(' ');
