import { type Kysely, sql } from 'kysely';

/** What will settle an open outcome by itself, and when: read from the timetable, so that it is what the clock will really do. */
export async function showWhatSettles(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `create or replace view unknown_outcomes with (security_invoker = true) as
    select a.delivery_id, a.attempt, a.outreach_id, a.tenant_id, a.channel, a.provider, a.provider_message_id, a.started_at,
      a.unknown_since, a.updated_position, asked.wake_at as next_look_up_at, assumed.due_at as assumed_sent_at
    from outreach_attempts as a
    left join timetable as asked
      on asked.delivery_id = a.delivery_id and asked.kind = 'lookup' and asked.attempt = a.attempt
    left join timetable as assumed
      on assumed.delivery_id = a.delivery_id and assumed.kind = 'assume' and assumed.attempt = a.attempt
    where a.state = 'outcome_unknown'`,
    )
    .execute(db);
}
