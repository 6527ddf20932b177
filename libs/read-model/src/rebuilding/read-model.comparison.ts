import { sql } from 'kysely';
import type { ReadModelDb, ReadModelTransaction } from '../connection/read-model.connection.js';
import { checkedSchema } from '../connection/schema.name.js';
import { PROJECTED, type ProjectedTable } from './schema.catalogue.js';

/** One row that is not the same on both sides. Values as Postgres writes them; no row holds personal data. */
export interface RowDifference {
  readonly key: Readonly<Record<string, string>>;
  /** Where the row stands: on one side only, or on both and different. */
  readonly side: 'live' | 'rebuilt' | 'both';
  /** Of a row on both sides: each column that differs, live value first. */
  readonly columns: Readonly<Record<string, readonly [live: string | null, rebuilt: string | null]>>;
}

/** Rows of one table that have no equal on the other side. */
export interface TableDifference {
  readonly table: string;
  readonly onlyLive: number;
  readonly onlyRebuilt: number;
  /** The first few, in order of their keys. */
  readonly first: readonly RowDifference[];
}

/** Rows named for each table that differs. */
const NAMED = 5;

/**
 * Compares two schemas of one database row for row and column for column; empty when they are equal. Give it a moment in which
 * both stand still.
 */
export async function compareReadModels(
  db: ReadModelDb | ReadModelTransaction,
  schemas: { readonly live: string; readonly rebuilt: string },
): Promise<TableDifference[]> {
  const differences: TableDifference[] = [];
  for (const table of PROJECTED) {
    const { onlyLive, onlyRebuilt } = await countDifferences(db, table, schemas);
    if (onlyLive === 0 && onlyRebuilt === 0) continue;
    const first = await firstDifferences(db, table, schemas);
    differences.push({ table: table.table, onlyLive, onlyRebuilt, first });
  }
  return differences;
}

interface Schemas {
  readonly live: string;
  readonly rebuilt: string;
}

/** JSON is kept as text; whatever the order of its keys, it says the same. */
const DOCUMENTS = new Set(['state', 'event_data', 'record']);
const comparable = (column: string) =>
  DOCUMENTS.has(column) ? sql`to_jsonb(${sql.id(column)}) as ${sql.id(column)}` : sql.id(column);

function sides({ table, columns }: ProjectedTable, { live, rebuilt }: Schemas) {
  const list = sql.join(columns.map(comparable));
  const rows = (schema: string) => sql`select ${list} from ${sql.id(checkedSchema(schema), table)}`;
  const [alive, again] = [rows(live), rows(rebuilt)];
  return {
    onlyLive: sql`(${alive} except all ${again})`,
    onlyRebuilt: sql`(${again} except all ${alive})`,
  };
}

async function countDifferences(db: ReadModelDb | ReadModelTransaction, table: ProjectedTable, schemas: Schemas) {
  const { onlyLive, onlyRebuilt } = sides(table, schemas);
  const { rows } = await sql<{ onlyLive: bigint; onlyRebuilt: bigint }>`select
    (select count(*) from ${onlyLive} as a) as only_live, (select count(*) from ${onlyRebuilt} as b) as only_rebuilt`.execute(
    db,
  );
  return { onlyLive: Number(rows[0]?.onlyLive ?? 0n), onlyRebuilt: Number(rows[0]?.onlyRebuilt ?? 0n) };
}

async function firstDifferences(db: ReadModelDb | ReadModelTransaction, table: ProjectedTable, schemas: Schemas) {
  const { onlyLive, onlyRebuilt } = sides(table, schemas);
  const key = sql.join(table.key.map((column) => sql.id(column)));
  const { rows } = await sql<
    Omit<RowDifference, 'key'> & { rowKey: RowDifference['key'] }
  >`with a as ${onlyLive}, b as ${onlyRebuilt}
    select (select jsonb_object_agg(k.key, k.value) from jsonb_each_text(coalesce(to_jsonb(a), to_jsonb(b))) as k
        where k.key = any(${table.key})) as row_key,
      case when b is null then 'live' when a is null then 'rebuilt' else 'both' end as side,
      coalesce((select jsonb_object_agg(l.key, jsonb_build_array(l.value, r.value))
        from jsonb_each_text(to_jsonb(a)) as l join jsonb_each_text(to_jsonb(b)) as r using (key)
        where l.value is distinct from r.value), '{}') as columns
    from a full join b using (${key}) order by ${key} limit ${NAMED}`.execute(db);
  return rows.map(({ rowKey, side, columns }) => ({ key: rowKey, side, columns }));
}
