import type { Channel } from '../channel.js';
import type { StepCondition } from '../events/chain.js';
import type { Money } from '../money.js';

/** What the orchestrator answers to whoever waits for a decision, and what `POST /outreach/send` passes on. */
export interface DecisionAnswer {
  readonly outreachId: string;
  readonly status: 'scheduled' | 'refused' | 'duplicate' | 'accepted';
  readonly channel?: Channel;
  readonly sendAt?: string;
  readonly fallbackChain: readonly Channel[];
  /** The steps with what each waits for, in their order. Absent where one message by the best channel was asked for. */
  readonly chain?: readonly AnsweredStep[];
  readonly cost?: Money;
  readonly confidence?: number;
  readonly explanation: string;
  readonly refusal?: { readonly step: string; readonly reason: string };
  /** The provider's id of the message; of a duplicate, of the message it repeats, once that was sent. */
  readonly messageId?: string;
  /** Of a duplicate: the outreach that carried the same content to the same address. */
  readonly duplicateOf?: string;
}

/** One step of an answered chain. */
export interface AnsweredStep {
  readonly step: number;
  readonly channel: Channel;
  readonly template?: string;
  readonly waitHours: number;
  readonly until: StepCondition;
  /** `planned`: its message has a time. `passed_over`: it will not be sent. `in_reserve`: it follows if need be. */
  readonly state: 'planned' | 'in_reserve' | 'passed_over';
  /** Why it has its place, or why it was passed over. */
  readonly reason: string;
}
