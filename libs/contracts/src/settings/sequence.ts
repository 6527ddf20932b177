import type { Channel } from '../channel.js';
import type { StepCondition } from '../events/chain.js';
import type { Strategy } from '../events/outreach-events.js';

/** One step of a named sequence, or of a request that brings its own. */
export interface StepSettings {
  /** From 1; where it is left out, its place. */
  readonly step?: number;
  readonly channel: Channel | 'auto';
  /** Id of a template. Absent: the content of the request. */
  readonly template?: string;
  /** Default 24. */
  readonly waitHours?: number;
  /** Default `answered`. */
  readonly until?: StepCondition;
  /** Default false. */
  readonly acceptUnknown?: boolean;
  readonly maxRetries?: number;
  readonly retryDelayHours?: number;
}

export interface SequenceSettings {
  readonly description?: string;
  /** Default `fallback`, of one step `single`. */
  readonly strategy?: Strategy;
  readonly steps: readonly StepSettings[];
}

/** By name. */
export type Sequences = Readonly<Record<string, SequenceSettings>>;

/** What every tenant has, unless it has one of its own by that name. */
export const PRODUCT_SEQUENCES: Sequences = {
  default_sequence: {
    strategy: 'fallback',
    steps: [
      { step: 1, channel: 'email', template: 'email_intro', maxRetries: 2, waitHours: 24, until: 'answered' },
      { step: 2, channel: 'linkedin', template: 'linkedin_dm', maxRetries: 1, waitHours: 48, until: 'answered' },
      { step: 3, channel: 'contact_form', template: 'contact_form_submit', maxRetries: 0 },
    ],
  },
};

export const strategyOf = (strategy: Strategy | undefined, steps: readonly unknown[] | undefined): Strategy =>
  strategy ?? (steps && steps.length > 1 ? 'fallback' : 'single');
