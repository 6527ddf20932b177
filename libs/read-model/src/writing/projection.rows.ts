import type { ReadModelConnection } from '../connection/read-model.connection.js';
import type { FoldedOutreach } from '../projection/outreach.fold.js';
import { commitBatch, loadFolded, type BatchCommit } from './batch.commit.js';
import { advanceCheckpoint, type Advance, type ProjectionLease } from './projection.lease.js';

/** Where projected rows go. A simulation brings tables of its own. */
export interface ProjectionRows {
  /** The states to project on. */
  loadFolded(outreachIds: readonly string[]): Promise<Map<string, FoldedOutreach>>;
  /** Rows and checkpoint together or not at all. @throws ProjectionFencedError and then nothing was written */
  commitBatch(commit: BatchCommit): Promise<void>;
  /** @throws ProjectionFencedError when the lease is no longer ours or the checkpoint does not stand at `from` */
  advanceCheckpoint(lease: ProjectionLease, advance: Advance): Promise<void>;
}

/** The rows of one schema in Postgres. */
export const rowsIn = (readModel: ReadModelConnection): ProjectionRows => ({
  loadFolded: (outreachIds) => loadFolded(readModel, outreachIds),
  commitBatch: (commit) => commitBatch(readModel, commit),
  advanceCheckpoint: (lease, advance) => advanceCheckpoint(readModel, lease, advance),
});
