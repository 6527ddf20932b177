import { type Kysely, sql } from 'kysely';

/**
 * Rows of deliveries and attempts are updated several times within seconds. Where there is room on their page and no index names what
 * changes, that touches no index: the pages keep room, an index that no query uses is gone, and that of unknown outcomes goes by since
 * when instead of by state, which changes with every update. Room comes with new pages; no table is rewritten.
 */
export async function keepRoomOnPages(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  `alter table outreach set (fillfactor = 60)`,
  `alter table delivery_status set (fillfactor = 50)`,
  `alter table outreach_attempts set (fillfactor = 50)`,
  `drop index delivery_status_by_provider_message`,
  `drop index outreach_attempts_unknown`,
  `create index outreach_attempts_unknown on outreach_attempts (tenant_id, unknown_since, delivery_id, attempt)
    where unknown_since is not null`,
  `create or replace view unknown_outcomes with (security_invoker = true) as
    select a.delivery_id, a.attempt, a.outreach_id, a.tenant_id, a.channel, a.provider, a.provider_message_id, a.started_at,
      a.unknown_since, a.updated_position, asked.wake_at as next_look_up_at, assumed.due_at as assumed_sent_at
    from outreach_attempts as a
    left join timetable as asked
      on asked.delivery_id = a.delivery_id and asked.kind = 'lookup' and asked.attempt = a.attempt
    left join timetable as assumed
      on assumed.delivery_id = a.delivery_id and assumed.kind = 'assume' and assumed.attempt = a.attempt
    where a.state = 'outcome_unknown' and a.unknown_since is not null`,
];
