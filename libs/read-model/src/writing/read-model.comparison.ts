import { sql } from 'kysely';
import { checkedSchema } from '../connection/schema.name.js';
import type { ReadModelDb, ReadModelTransaction } from '../connection/read-model.connection.js';
import {
  DELIVERY_STATUS,
  FOLDED_STATE,
  LEDGER_BALANCES,
  OPEN_RESERVATIONS,
  OUTREACH,
  OUTREACH_ATTEMPTS,
  OUTREACH_EVENTS,
  TIMETABLE,
} from './table.columns.js';
import { snakeCase } from './row.json.js';

/** Rows of one table that stand on one side only. */
export interface TableDifference {
  readonly table: string;
  readonly onlyLive: number;
  readonly onlyRebuilt: number;
}

/** The scheduler's own marks are not made from events, so they are no part of the comparison. */
const MARKS = new Set(['wakeAt', 'wakes', 'lastWakeAt']);
const COMPARED = [
  OUTREACH,
  DELIVERY_STATUS,
  OUTREACH_ATTEMPTS,
  OUTREACH_EVENTS,
  FOLDED_STATE,
  TIMETABLE,
  OPEN_RESERVATIONS,
  LEDGER_BALANCES,
].map((write) => ({
  table: write.table,
  columns: (write.columns as readonly string[]).filter((column) => !MARKS.has(column)),
}));

/**
 * Compares two schemas of one database row for row and column for column; empty when they are equal. Give it a transaction that
 * holds both still.
 */
export async function compareReadModels(
  db: ReadModelDb | ReadModelTransaction,
  schemas: { readonly live: string; readonly rebuilt: string },
): Promise<TableDifference[]> {
  const differences: TableDifference[] = [];
  for (const { table, columns } of COMPARED) {
    const list = sql.join(columns.map((column) => sql.id(snakeCase(column))));
    const rows = (schema: string) => sql`select ${list} from ${sql.id(checkedSchema(schema), table)}`;
    const [live, rebuilt] = [rows(schemas.live), rows(schemas.rebuilt)];
    const { rows: counts } = await sql<{ onlyLive: bigint; onlyRebuilt: bigint }>`select
      (select count(*) from (${live} except all ${rebuilt}) as a) as only_live,
      (select count(*) from (${rebuilt} except all ${live}) as b) as only_rebuilt`.execute(db);
    const { onlyLive = 0n, onlyRebuilt = 0n } = counts[0] ?? {};
    if (onlyLive > 0n || onlyRebuilt > 0n) {
      differences.push({ table, onlyLive: Number(onlyLive), onlyRebuilt: Number(onlyRebuilt) });
    }
  }
  return differences;
}

/** The live checkpoint's position, held until the transaction ends: the live rows stand still meanwhile. */
export async function holdCheckpoint(trx: ReadModelTransaction, name: string): Promise<bigint> {
  const row = await trx
    .selectFrom('checkpoint')
    .select('position')
    .where('name', '=', name)
    .forUpdate()
    .executeTakeFirst();
  return row?.position ?? 0n;
}
