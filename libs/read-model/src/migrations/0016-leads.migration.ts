import { type Kysely, sql } from 'kysely';

/**
 * People of whom an outreach was asked, as a view: nothing is written for it. A page of it, or one of them, is read by
 * `outreach_by_person` in the order of `lead_id`; the statuses are explained in `tables/lead.tables.ts`.
 */
export async function createLeads(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  `create view leads with (security_invoker = true) as
    select tenant_id, lead_id,
      case
        when opted_out then 'opted_out'
        when conversions > 0 then 'converted'
        when last_responded_at is not null then 'responded'
        when last_engaged_at is not null then 'engaged'
        when last_delivered_at is not null then 'reached'
        when attempts > 0 and attempts = lost then 'unreachable'
        when attempts > 0 then 'contacted'
        when pending > 0 then 'scheduled'
        else 'not_contacted'
      end as status,
      first_outreach_at, last_outreach_at, next_outreach_at, last_delivered_at, last_engaged_at, last_responded_at, outreach,
      attempts, conversions
    from (
      select o.tenant_id, o.person_id as lead_id,
        bool_or(o.state in ('unsubscribed', 'complained')) as opted_out,
        min(o.sent_at) as first_outreach_at, max(o.sent_at) as last_outreach_at,
        min(o.send_at) filter (where o.state in ('accepted', 'scheduled', 'sending')) as next_outreach_at,
        max(o.delivered_at) as last_delivered_at,
        max(greatest(o.opened_at, o.clicked_at, o.responded_at)) as last_engaged_at,
        max(o.responded_at) as last_responded_at,
        count(*) as outreach, count(o.sent_at) as attempts,
        count(*) filter (where o.sent_at is not null and o.state in ('bounced', 'failed')) as lost,
        count(*) filter (where o.state in ('accepted', 'scheduled', 'sending')) as pending,
        coalesce(sum((select count(*) from conversions as c where c.outreach_id = o.outreach_id)), 0)::bigint as conversions
      from outreach as o group by o.tenant_id, o.person_id
    ) as people`,
];
