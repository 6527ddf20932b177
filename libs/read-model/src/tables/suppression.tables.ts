import type { Channel, SuppressionReason } from '@homing/contracts';
import type { Instant } from './read-model.tables.js';

/** One reason that was ever said of an address, with the latest word either way. */
export interface SuppressionRow {
  readonly fingerprint: string;
  readonly reason: SuppressionReason;
  readonly tenantId: string;
  readonly channel: Channel;
  readonly mask: string | null;
  readonly suppressedAt: Instant | null;
  readonly liftedAt: Instant | null;
  /** Of the latest suppression, where an operator said it. */
  readonly saidBy: string | null;
  readonly note: string | null;
  /** Of the address's stream, when this reason was last spoken of. */
  readonly revision: bigint;
  readonly updatedPosition: bigint;
}
