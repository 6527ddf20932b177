import type { Channel, OutreachRequested } from '@homing/contracts';
import type { DecisionPolicy } from '../decision/policy.state.js';
import type { ChannelInputs } from './selection.state.js';

export interface SelectChannel {
  readonly request: OutreachRequested;
  readonly inputs: ChannelInputs;
  readonly policy: DecisionPolicy;
  /** When the message is to go out. */
  readonly at: string;
  /** What an earlier try of this decision chose: it is followed as long as it can be used. */
  readonly pinned?: Channel | undefined;
}
