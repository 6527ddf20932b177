import type { Channel } from '@homing/contracts';
import type { Instant } from './read-model.tables.js';

/** `withdrawn`: nobody is to do it any more; `closedReason` of its delivery says why. */
export const ASSISTED_TASK_STATES = ['open', 'sent', 'not_sent', 'declined', 'withdrawn'] as const;
export type AssistedTaskState = (typeof ASSISTED_TASK_STATES)[number];

/** A message that a person was asked to send by hand; what they need for it is in no row. */
export interface AssistedTaskRow {
  readonly deliveryId: string;
  readonly attempt: number;
  readonly outreachId: string;
  readonly tenantId: string;
  readonly campaignKey: string | null;
  readonly channel: Channel;
  readonly provider: string;
  /** Why no machine may: a code of ours. */
  readonly reason: string;
  readonly state: AssistedTaskState;
  readonly requestedAt: Instant;
  readonly expiresAt: Instant;
  /** The key that was shown the text last. */
  readonly openedBy: string | null;
  /** Who has it in hand, in a word of their own, and until when. */
  readonly worker: string | null;
  readonly claimedUntil: Instant | null;
  /** Sent although nobody was to any more: why not. */
  readonly despite: string | null;
  readonly endedAt: Instant | null;
  readonly endedBy: string | null;
  readonly closedReason: string | null;
  readonly updatedPosition: bigint;
}
