import { type RawBuilder, sql } from 'kysely';
import { FixedStatement } from './fixed.statement.js';
import { snakeCase, toJsonParameter } from './row.json.js';
import { LEDGER_BALANCES, ROUTING_HOURS, SUPPRESSIONS, TIMETABLE, type TableWrite } from './table.columns.js';
import type { LedgerBalanceRow } from '../tables/ledger.tables.js';
import type { TimetableRow } from '../tables/read-model.tables.js';
import type { RoutingHourRow } from '../tables/analytics.tables.js';
import type { SuppressionRow } from '../tables/suppression.tables.js';

/** Stands where a parameter will be. */
const later = null;

/** One statement for any number of rows: one JSON parameter, the later of two rows with one key wins. */
export function upsertStatement<Row extends object>(
  schema: string,
  write: TableWrite<Row>,
  rows: readonly Row[],
): FixedStatement {
  return new FixedStatement(`upsert ${schema}.${write.table}`, [rowsParameter(write, rows)], () => {
    const keys = new Set<string>(write.key);
    const sticky = new Set<string>(write.sticky);
    const updates = write.columns
      .filter((column) => !keys.has(column))
      .map((column) => {
        const name = sql.id(snakeCase(column));
        return sticky.has(column)
          ? sql`${name} = coalesce(excluded.${name}, t.${name})`
          : sql`${name} = excluded.${name}`;
      });
    return sql`${insertRows(schema, write)} on conflict (${idList(write.key)}) do update set ${sql.join(updates)}`;
  });
}

/** Like `upsertStatement`, for rows that never change once they stand. */
export function insertStatement<Row extends object>(
  schema: string,
  write: TableWrite<Row>,
  rows: readonly Row[],
): FixedStatement {
  return new FixedStatement(
    `insert ${schema}.${write.table}`,
    [rowsParameter(write, rows)],
    () => sql`${insertRows(schema, write)} on conflict (${idList(write.key)}) do nothing`,
  );
}

/** Takes away what stands no more of these outreach. */
export function timetableRemoval(
  schema: string,
  outreachIds: readonly string[],
  rows: readonly TimetableRow[],
): FixedStatement {
  const kept = [rows.map((row) => row.deliveryId), rows.map((row) => row.kind)];
  return new FixedStatement(
    `thin ${schema}.timetable`,
    [outreachIds, ...kept],
    () => sql`delete from ${sql.id(schema, 'timetable')} as t where t.outreach_id = any(${later}::uuid[]) and not exists (
    select from unnest(${later}::text[], ${later}::text[]) as kept(delivery_id, kind)
    where kept.delivery_id = t.delivery_id and kept.kind = t.kind)`,
  );
}

/** The scheduler's marks stay as long as the entry is for the same attempt; a new due time counts at once. */
export function timetableUpsert(schema: string, rows: readonly TimetableRow[]): FixedStatement {
  const same = sql`t.attempt = excluded.attempt`;
  return new FixedStatement(
    `write ${schema}.timetable`,
    [rowsParameter(TIMETABLE, rows)],
    () => sql`${insertRows(schema, TIMETABLE)} on conflict (delivery_id, kind) do update set
    outreach_id = excluded.outreach_id, tenant_id = excluded.tenant_id, leg = excluded.leg, channel = excluded.channel,
    attempt = excluded.attempt, urgency = excluded.urgency, urgency_rank = excluded.urgency_rank, due_at = excluded.due_at,
    wake_at = case when ${same} and t.due_at = excluded.due_at then t.wake_at else excluded.wake_at end,
    wakes = case when ${same} then t.wakes else 0 end,
    last_wake_at = case when ${same} then t.last_wake_at end`,
  );
}

/** Takes reservations away that are kept, settled or released. */
export function reservationRemoval(
  schema: string,
  closed: readonly { readonly stream: string; readonly key: string }[],
): FixedStatement {
  return new FixedStatement(
    `thin ${schema}.open_reservations`,
    [closed.map((row) => row.stream), closed.map((row) => row.key)],
    () => sql`delete from ${sql.id(schema, 'open_reservations')} as t
    using unnest(${later}::text[], ${later}::text[]) as gone(stream, key)
    where t.stream = gone.stream and t.key = gone.key`,
  );
}

/** Adds the rows' amounts to what stands; a limit counts where the batch has set one. */
export function balanceUpsert(schema: string, rows: readonly LedgerBalanceRow[]): FixedStatement {
  const limited = sql`excluded.limit_version is not null`;
  return new FixedStatement(
    `write ${schema}.ledger_balances`,
    [rowsParameter(LEDGER_BALANCES, rows)],
    () => sql`${insertRows(schema, LEDGER_BALANCES)} on conflict (stream) do update set
    reserved = t.reserved + excluded.reserved, spent = t.spent + excluded.spent, variance = t.variance + excluded.variance,
    limit_amount = case when ${limited} then excluded.limit_amount else t.limit_amount end,
    limit_version = case when ${limited} then excluded.limit_version else t.limit_version end,
    updated_position = excluded.updated_position`,
  );
}

/** Adds the rows' counts to what stands. */
export function routingUpsert(schema: string, rows: readonly RoutingHourRow[]): FixedStatement {
  return new FixedStatement(
    `write ${schema}.routing_hours`,
    [rowsParameter(ROUTING_HOURS, rows)],
    () => sql`${insertRows(schema, ROUTING_HOURS)} on conflict (${idList(ROUTING_HOURS.key)}) do update set
    count = t.count + excluded.count`,
  );
}

/** Of each reason the latest word either way; who said it goes with the latest suppression. */
export function suppressionUpsert(schema: string, rows: readonly SuppressionRow[]): FixedStatement {
  const newer = sql`excluded.suppressed_at is not null and (t.suppressed_at is null or excluded.suppressed_at > t.suppressed_at)`;
  return new FixedStatement(
    `write ${schema}.suppressions`,
    [rowsParameter(SUPPRESSIONS, rows)],
    () => sql`${insertRows(schema, SUPPRESSIONS)} on conflict (fingerprint, reason) do update set
    mask = coalesce(excluded.mask, t.mask),
    suppressed_at = greatest(t.suppressed_at, excluded.suppressed_at), lifted_at = greatest(t.lifted_at, excluded.lifted_at),
    said_by = case when ${newer} then excluded.said_by else t.said_by end,
    note = case when ${newer} then excluded.note else t.note end,
    revision = excluded.revision, updated_position = excluded.updated_position`,
  );
}

function insertRows<Row extends object>(schema: string, write: TableWrite<Row>): RawBuilder<unknown> {
  const table = sql.id(schema, write.table);
  const columns = idList(write.columns);
  return sql`insert into ${table} as t (${columns}) select ${columns} from json_populate_recordset(null::${table}, ${later}::json)`;
}

const rowsParameter = <Row extends object>(write: TableWrite<Row>, rows: readonly Row[]): string =>
  toJsonParameter(latestByKey(rows, write.key), write.columns);

const idList = (columns: readonly string[]): RawBuilder<unknown> =>
  sql.join(columns.map((column) => sql.id(snakeCase(column))));

function latestByKey<Row extends object>(rows: readonly Row[], key: readonly (keyof Row & string)[]): Row[] {
  const [only, ...more] = key;
  const keyOf = (row: Row): unknown =>
    more.length === 0 && only !== undefined ? row[only] : key.map((column) => String(row[column])).join('\n');
  return [...new Map(rows.map((row) => [keyOf(row), row])).values()];
}
