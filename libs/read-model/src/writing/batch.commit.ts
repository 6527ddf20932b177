import { sql } from 'kysely';
import type { ReadModelConnection } from '../connection/read-model.connection.js';
import type { BatchChanges } from '../projection/batch.projection.js';
import type { FoldedOutreach } from '../projection/outreach.fold.js';
import { BATCH_ITEMS, BATCHES } from './send-batch.columns.js';
import { CONSENT_WORDS } from './consent.columns.js';
import type { FixedStatement } from './fixed.statement.js';
import { advanceCheckpoint, type Advance, type ProjectionLease } from './projection.lease.js';
import {
  balanceUpsert,
  insertStatement,
  reservationRemoval,
  routingUpsert,
  suppressionUpsert,
  timetableRemoval,
  timetableUpsert,
  upsertStatement,
} from './set-wise.writes.js';
import {
  DECISIONS,
  CONVERSIONS,
  DELIVERY_STATUS,
  FOLDED_STATE,
  OPEN_RESERVATIONS,
  OUTREACH,
  OUTREACH_ATTEMPTS,
  OUTREACH_EVENTS,
} from './table.columns.js';

export interface BatchCommit extends Advance {
  readonly lease: ProjectionLease;
  readonly changes: BatchChanges;
  /** Called inside the transaction, between the checkpoint and the rows. */
  readonly amidCommit?: () => void;
  /** Called inside the transaction, after the last write. */
  readonly beforeCommit?: () => void;
}

/**
 * Rows and checkpoint in one transaction, in at most twenty statements however many events the batch has. Repeating a batch
 * that is in already is refused, not applied twice.
 * @throws ProjectionFencedError and then nothing was written
 */
export async function commitBatch({ db, schema }: ReadModelConnection, commit: BatchCommit): Promise<void> {
  const statements = statementsOf(schema, commit.changes);
  await db.transaction().execute(async (trx) => {
    await advanceCheckpoint({ db: trx, schema }, commit.lease, commit);
    commit.amidCommit?.();
    for (const statement of statements) await statement.execute(trx);
    commit.beforeCommit?.();
  });
}

function statementsOf(schema: string, changes: BatchChanges): FixedStatement[] {
  const { outreach, deliveries, attempts, timeline, folded, timetable, ledgers, suppressions } = changes;
  const { consents, decisions, routing, conversions } = changes;
  const { batches, items } = changes.sendBatches;
  const when = (rows: readonly unknown[], statement: () => FixedStatement) => (rows.length > 0 ? [statement()] : []);
  const ids = folded.map((row) => row.outreachId);
  return [
    ...when(timeline, () => insertStatement(schema, OUTREACH_EVENTS, timeline)),
    ...when(decisions, () => insertStatement(schema, DECISIONS, decisions)),
    ...when(outreach, () => upsertStatement(schema, OUTREACH, outreach)),
    ...when(deliveries, () => upsertStatement(schema, DELIVERY_STATUS, deliveries)),
    ...when(attempts, () => upsertStatement(schema, OUTREACH_ATTEMPTS, attempts)),
    ...when(folded, () => upsertStatement(schema, FOLDED_STATE, folded)),
    ...when(folded, () => timetableRemoval(schema, ids, timetable)),
    ...when(timetable, () => timetableUpsert(schema, timetable)),
    ...when(ledgers.opened, () => upsertStatement(schema, OPEN_RESERVATIONS, ledgers.opened)),
    ...when(ledgers.closed, () => reservationRemoval(schema, ledgers.closed)),
    ...when(ledgers.balances, () => balanceUpsert(schema, ledgers.balances)),
    ...when(suppressions, () => suppressionUpsert(schema, suppressions)),
    ...when(consents, () => insertStatement(schema, CONSENT_WORDS, consents)),
    ...when(routing, () => routingUpsert(schema, routing)),
    ...when(conversions, () => upsertStatement(schema, CONVERSIONS, conversions)),
    ...when(batches, () => upsertStatement(schema, BATCHES, batches)),
    ...when(items, () => insertStatement(schema, BATCH_ITEMS, items)),
  ];
}

/** The states to project on, in one statement. */
export async function loadFolded(
  { db }: ReadModelConnection,
  outreachIds: readonly string[],
): Promise<Map<string, FoldedOutreach>> {
  if (outreachIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('foldedState')
    .select(['outreachId', 'tenantId', 'revision', 'traceparent', 'state'])
    .where('outreachId', '=', sql<string>`any(${outreachIds}::uuid[])`)
    .execute();
  return new Map(rows.map((row) => [row.outreachId, row]));
}
