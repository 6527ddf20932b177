import { emptyOutreach, evolveOutreach, type OutreachState } from '@homing/domain';
import type { OutreachStreamEvent } from './stored-event.js';

/** One outreach as far as it is projected. */
export interface FoldedOutreach {
  readonly outreachId: string;
  readonly tenantId: string;
  readonly revision: bigint;
  readonly state: OutreachState;
  /** W3C trace context of the stream's first event. */
  readonly traceparent: string | null;
}

/**
 * A stream's revisions are dense, so a hole means that something was lost or read twice. Never skipped: the projection
 * stands still until somebody looks (rebuild the read model, or restore the store).
 */
export class RevisionGapError extends Error {
  readonly safeMessage = true;
  readonly code = 'REVISION_GAP';

  constructor(
    readonly outreachId: string,
    readonly expected: bigint,
    readonly found: bigint,
  ) {
    super(`outreach ${outreachId}: expected revision ${expected}, found ${found}`);
    this.name = 'RevisionGapError';
  }
}

/** @throws RevisionGapError */
export function foldNext(before: FoldedOutreach | undefined, event: OutreachStreamEvent): FoldedOutreach {
  const { outreachId, revision, known, metadata } = event;
  const expected = before ? before.revision + 1n : 0n;
  if (revision !== expected) throw new RevisionGapError(outreachId, expected, revision);
  const state = before?.state ?? emptyOutreach;
  return {
    outreachId,
    tenantId: before?.tenantId ?? metadata.tenantId,
    revision,
    traceparent: before ? before.traceparent : (metadata.traceparent ?? null),
    state: known ? evolveOutreach(state, known) : state,
  };
}
