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
  /** The provider's id of the message; of a duplicate, of the message it repeats, once that was sent. */
  readonly messageId?: string;
  /** Of a duplicate: the outreach that carried the same content to the same address. */
  readonly duplicateOf?: string;
}
