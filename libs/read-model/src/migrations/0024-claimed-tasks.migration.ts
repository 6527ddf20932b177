import { type Kysely, sql } from 'kysely';

/** Who has a person's task in hand, and what was sent although nobody was to any more. */
export async function addTaskClaims(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  `alter table outreach_attempts
    add column assisted_worker text,
    add column assisted_claimed_until timestamptz,
    add column assisted_despite text`,
  `create or replace view assisted_tasks with (security_invoker = true) as
    select a.delivery_id, a.attempt, a.outreach_id, a.tenant_id, o.campaign_key, a.channel, a.provider, a.assisted_reason as reason,
      coalesce(a.assisted_outcome, case when a.state = 'awaiting_person' then 'open' else 'withdrawn' end) as state,
      a.assisted_at as requested_at, d.expires_at, a.assisted_opened_by as opened_by, a.assisted_ended_at as ended_at,
      a.assisted_ended_by as ended_by, d.closed_reason, a.updated_position, a.assisted_worker as worker,
      a.assisted_claimed_until as claimed_until, a.assisted_despite as despite
    from outreach_attempts as a
    join outreach as o on o.outreach_id = a.outreach_id
    join delivery_status as d on d.delivery_id = a.delivery_id
    where a.assisted_reason is not null`,
];
