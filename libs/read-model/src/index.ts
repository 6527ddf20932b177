export { connectReadModel } from './connection/read-model.connection.js';
export type {
  ConnectionOptions,
  ReadModelConnection,
  ReadModelDb,
  ReadModelTransaction,
} from './connection/read-model.connection.js';
export { LIVE_SCHEMA } from './connection/schema.name.js';
export { withTenant } from './connection/tenant.transaction.js';
export { standForElection, type Candidacy, type Role } from './leading/election.loop.js';
export { holdLeadership, type Leadership, type LeadershipOptions } from './leading/leadership.lock.js';
export { LEASE_TIMING, type LeaseTiming } from './leading/lease.clock.js';
export { leaderHolders } from './leading/leader.holders.js';
export { migrateReadModel, READ_MODEL_MIGRATIONS, type MigrateOptions } from './migrations/migrate.runner.js';
export { DEFAULT_ROLES, type ReadModelRoles } from './migrations/access.statements.js';
export { outreachIdsOf, projectBatch, type BatchChanges } from './projection/batch.projection.js';
export { RevisionGapError, type FoldedOutreach } from './projection/outreach.fold.js';
export type { StoredEvent } from './projection/stored-event.js';
export { InvalidCursorError } from './queries/cursor.js';
export { PROJECTION } from './queries/projection.name.js';
export type * from './queries/read-model.port.js';
export type { RecentAttempt, RecentFilter } from './queries/recent-attempts.queries.js';
export { createBatchQueries } from './queries/send-batch.queries.js';
export type { BatchCounts, BatchItemWish, BatchOutreach, BatchQueries } from './queries/send-batch.queries.js';
export { createSystemQueries } from './queries/system.queries.js';
export { createTenantQueries } from './queries/tenant.queries.js';
export * from './tables/analytics.tables.js';
export * from './tables/assisted.tables.js';
export type * from './tables/decision.tables.js';
export type * from './tables/batch.tables.js';
export * from './tables/lead.tables.js';
export type * from './tables/ledger.tables.js';
export type * from './tables/read-model.tables.js';
export type * from './tables/suppression.tables.js';
export type * from './tables/consent.tables.js';
export { createLedgerSnapshots, type LedgerSnapshots, type StoredSnapshot } from './writing/ledger.snapshots.js';
export { rowsIn, type ProjectionRows } from './writing/projection.rows.js';
export { commitBatch, loadFolded, type BatchCommit } from './writing/batch.commit.js';
export { advanceCheckpoint, ProjectionFencedError, takeLease } from './writing/projection.lease.js';
export type { Advance, ProjectionLease, TakenLease } from './writing/projection.lease.js';
export { databaseClock, recordProgress, type Progress } from './writing/progress.writes.js';
export { compareReadModels, type RowDifference, type TableDifference } from './rebuilding/read-model.comparison.js';
export { dropRebuilt, NotOursError, rebuiltPosition } from './rebuilding/rebuilt.schema.js';
export { holdCheckpoints, swapSchemas, type Swap } from './rebuilding/schema.swap.js';
export { keepMark, keptMark, markOfRows } from './writing/store.mark.js';
