import { sql, type RawBuilder } from 'kysely';
import type { TimetableRow } from '../tables/read-model.tables.js';
import type { DueFilter, Woken } from './read-model.port.js';

const COLUMNS = sql.raw(
  `t.delivery_id, t.kind, t.outreach_id, t.tenant_id, t.leg, t.channel, t.attempt, t.urgency, t.urgency_rank, t.due_at, t.wake_at,
  t.wakes, t.last_wake_at`,
);

/**
 * What is due. Each tenant's most urgent first, at most `limit` of one tenant; then tenants take turns, so that nobody waits for
 * all of somebody else's campaign.
 */
export function dueTimetable(schema: string, due: DueFilter): RawBuilder<TimetableRow> {
  const timetable = sql.id(schema, 'timetable');
  const matching = sql`wake_at <= ${due.now}::timestamptz${due.kind ? sql` and kind = ${due.kind}` : sql``}${
    due.except ? sql` and kind <> ${due.except}` : sql``
  }${due.channel ? sql` and channel = ${due.channel}` : sql``}`;
  return sql<TimetableRow>`select ${COLUMNS}
    from (select distinct tenant_id from ${timetable} where ${matching}) as waiting
    cross join lateral (
      select d.*, row_number() over (order by d.urgency_rank, d.due_at, d.delivery_id, d.kind) as turn
      from (select * from ${timetable} where tenant_id = waiting.tenant_id and ${matching}
        order by urgency_rank, due_at, delivery_id, kind limit ${due.limit}) as d
    ) as t
    order by t.turn, t.urgency_rank, t.due_at, t.delivery_id, t.kind
    limit ${due.limit}`;
}

/** Compare and swap, for all entries in one statement. */
export function wokenTimetable(schema: string, { entries, now, nextWakeAt }: Woken): RawBuilder<TimetableRow> {
  const column = <K extends 'deliveryId' | 'kind' | 'attempt' | 'wakes'>(name: K) =>
    entries.map((entry) => entry[name]);
  return sql<TimetableRow>`update ${sql.id(schema, 'timetable')} as t
    set wakes = t.wakes + 1, last_wake_at = ${now}::timestamptz, wake_at = ${nextWakeAt}::timestamptz
    from unnest(${column('deliveryId')}::text[], ${column('kind')}::text[], ${column('attempt')}::int[],
      ${column('wakes')}::int[]) as seen(delivery_id, kind, attempt, wakes)
    where t.delivery_id = seen.delivery_id and t.kind = seen.kind and t.attempt = seen.attempt and t.wakes = seen.wakes
    returning ${COLUMNS}`;
}
