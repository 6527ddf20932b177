import { type Kysely, sql } from 'kysely';

/**
 * Attempts that a person was asked to make, open and done. The view adds what a list of tasks shows; what the person needs to send is
 * in no row.
 */
export async function addAssistedTasks(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  `alter table outreach_attempts
    add column assisted_reason text,
    add column assisted_at timestamptz,
    add column assisted_outcome text,
    add column assisted_ended_at timestamptz,
    add column assisted_ended_by text,
    add column assisted_opened_by text`,
  `create index assisted_by_tenant on outreach_attempts (tenant_id, assisted_at, delivery_id, attempt)
    where assisted_reason is not null`,
  `create view assisted_tasks with (security_invoker = true) as
    select a.delivery_id, a.attempt, a.outreach_id, a.tenant_id, o.campaign_key, a.channel, a.provider, a.assisted_reason as reason,
      coalesce(a.assisted_outcome, case when a.state = 'awaiting_person' then 'open' else 'withdrawn' end) as state,
      a.assisted_at as requested_at, d.expires_at, a.assisted_opened_by as opened_by, a.assisted_ended_at as ended_at,
      a.assisted_ended_by as ended_by, d.closed_reason, a.updated_position
    from outreach_attempts as a
    join outreach as o on o.outreach_id = a.outreach_id
    join delivery_status as d on d.delivery_id = a.delivery_id
    where a.assisted_reason is not null`,
];
