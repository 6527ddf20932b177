import type { Channel } from '../channel.js';
import type { Money } from '../money.js';

/** What the orchestrator answers to whoever waits for a decision, and what `POST /outreach/send` passes on. */
export interface DecisionAnswer {
  readonly outreachId: string;
  readonly status: 'scheduled' | 'refused' | 'duplicate' | 'accepted';
  readonly channel?: Channel;
  readonly sendAt?: string;
  readonly fallbackChain: readonly Channel[];
  readonly cost?: Money;
  readonly confidence?: number;
  readonly explanation: string;
  readonly refusal?: { readonly step: string; readonly reason: string };
  readonly messageId?: string;
}
