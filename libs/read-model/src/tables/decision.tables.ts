import type { RecordedDecision } from '@homing/domain';
import type { Instant } from './read-model.tables.js';

/** One decision, kept so that it can be taken again under other rules. Never changes. */
export interface DecisionRow {
  readonly outreachId: string;
  readonly tenantId: string;
  readonly campaignKey: string | null;
  readonly decidedAt: Instant;
  /** Worst case; null where it refused. */
  readonly costMicros: bigint | null;
  readonly record: RecordedDecision;
  readonly updatedPosition: bigint;
}
