import { snakeCase } from '../writing/row.json.js';
import { CONSENT_WORDS } from '../writing/consent.columns.js';
import { BATCH_ITEMS, BATCHES } from '../writing/send-batch.columns.js';
import {
  CONVERSIONS,
  DECISIONS,
  DELIVERY_STATUS,
  FOLDED_STATE,
  LEDGER_BALANCES,
  OPEN_RESERVATIONS,
  OUTREACH,
  OUTREACH_ATTEMPTS,
  OUTREACH_EVENTS,
  ROUTING_HOURS,
  SUPPRESSIONS,
  TIMETABLE,
} from '../writing/table.columns.js';

/** A table of which every row follows from the events, but for the columns left out here. */
export interface ProjectedTable {
  readonly table: string;
  /** What names a row. */
  readonly key: readonly string[];
  /** What must be equal after a rebuild. */
  readonly columns: readonly string[];
}

/** The scheduler's own marks are not made from events: no part of the comparison, carried over by a swap. */
const MARKS = new Set(['wakeAt', 'wakes', 'lastWakeAt']);

/** What a rebuild makes and a comparison compares. */
export const PROJECTED: readonly ProjectedTable[] = [
  OUTREACH,
  DELIVERY_STATUS,
  OUTREACH_ATTEMPTS,
  OUTREACH_EVENTS,
  FOLDED_STATE,
  TIMETABLE,
  OPEN_RESERVATIONS,
  LEDGER_BALANCES,
  SUPPRESSIONS,
  CONSENT_WORDS,
  ROUTING_HOURS,
  CONVERSIONS,
  DECISIONS,
  BATCHES,
  BATCH_ITEMS,
].map((write) => ({
  table: write.table,
  key: (write.key as readonly string[]).map(snakeCase),
  columns: (write.columns as readonly string[]).filter((column) => !MARKS.has(column)).map(snakeCase),
}));

/** Where readers stand, and what was seen of the store: a swap carries it over (`schema.swap.ts`). */
export const CARRIED: readonly string[] = ['checkpoint', 'projection_progress', 'store_mark'];
/** Made again by whoever needs it: a swap leaves it behind. */
export const CACHES: readonly string[] = ['ledger_snapshots'];
/** The migrator's own. */
export const BOOKKEEPING: readonly string[] = ['kysely_migration', 'kysely_migration_lock'];
