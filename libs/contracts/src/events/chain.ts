import type { Channel } from '../channel.js';
import type { ContentRef, Strategy } from './outreach-events.js';
import type { DecisionStep, PlannedLeg, RetryPolicy } from './decision.js';

/** What must have come of a step within its wait, else the next one follows. `read` is also met by a click, and both by an answer. */
export const STEP_CONDITIONS = ['delivered', 'read', 'answered'] as const;
export type StepCondition = (typeof STEP_CONDITIONS)[number];

/** Hours a step waits for what it asks for, unless it says otherwise. */
export const DEFAULT_WAIT_HOURS = 24;

/** One step of a sequence as it was asked for, its templates looked up. */
export interface RequestedStep {
  /** From 1; the number of its leg. */
  readonly step: number;
  /** `auto`: the best channel that no other step names. */
  readonly channel: Channel | 'auto';
  /** The template's id, where it is a plain word. */
  readonly template?: string;
  /** Absent: the content of the request. */
  readonly content?: ContentRef;
  readonly contentKey?: string;
  /** Channels its content has a body for; empty where its template does not exist. Absent: those of the request's content. */
  readonly contentChannels?: readonly Channel[];
  /** Those whose template names none that the provider approved. Absent with `contentChannels`: as of the request's content. */
  readonly freeText?: readonly Channel[];
  /** Absent: as the channel's policy says. */
  readonly retry?: Partial<RetryPolicy>;
  readonly waitHours: number;
  readonly until: StepCondition;
  /** The next step may follow although it is not known whether this one was sent. Default: it may not. */
  readonly acceptUnknown?: boolean;
}

/** A named sequence as it stood when the request was taken in. */
export interface SequenceRef {
  readonly name: string;
  /** Of the tenant's settings it stands in; 0 is the product's own. */
  readonly version: number;
}

/** One place of a chain, pinned by its decision. */
export interface ChainStep extends Omit<RequestedStep, 'channel'> {
  readonly channel: Channel;
  /** Of the request: the step is passed over when its turn comes, for this reason. */
  readonly barred?: string;
  /** Why this channel has the place: `step` as asked for, else as it was ranked. */
  readonly because: string;
}

/** The steps of an outreach, pinned by its decision. */
export interface Chain {
  readonly strategy: Strategy;
  readonly sequence?: SequenceRef;
  readonly steps: readonly ChainStep[];
}

interface OfChain {
  readonly deliveryId: string;
  /** The number of the step. */
  readonly leg: number;
  readonly channel: Channel;
  readonly at: string;
}

/** The next step follows: its delivery as planned and booked. */
export interface FallbackPlanned extends OfChain {
  /** What came of the step before. */
  readonly because: string;
  readonly plan: PlannedLeg;
}

/** A step of the chain is passed over; nothing of it was sent, and nothing will be. */
export interface StepPassedOver extends OfChain {
  readonly reason: string;
  /** Which step of the decision refused it. Absent: it is not needed any more, or not wanted. */
  readonly step?: DecisionStep;
}

/** What a step asked for did not come within its wait: nothing further of this leg starts. What is still said of it is recorded. */
export interface DeliveryGivenUp extends OfChain {
  readonly reason: string;
}
