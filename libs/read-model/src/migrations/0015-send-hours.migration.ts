import { type Kysely, sql } from 'kysely';

/**
 * The zone a person's clock is read by, and each message with the hour of their week it started in. Rows that stand get their zone from
 * what was recorded, so that they equal rows made again; rewrites the rows that have one.
 */
export async function addSendHours(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const UNDER_POLICIES = ['outreach', 'folded_state', 'outreach_events'];
const STATEMENTS = [
  `alter table outreach add column time_zone text`,
  // The owner is held by the policies too, once there are any, and has none of its own.
  ...UNDER_POLICIES.map((table) => `alter table ${table} no force row level security`),
  `update outreach as o set time_zone = z.time_zone
    from (
      select f.outreach_id, coalesce(f.state -> 'request' ->> 'timeZone', (
        select step -> 'facts' ->> 'zone'
        from outreach_events as e
        cross join lateral json_array_elements(e.event_data -> 'explanation' -> 'steps') as step
        where e.outreach_id = f.outreach_id and e.event_type = 'OutreachDecided'
          and step ->> 'step' = 'send_time' and step -> 'facts' ->> 'zoneOf' in ('recipient', 'campaign', 'tenant')
        limit 1)) as time_zone
      from folded_state as f
    ) as z
    where z.outreach_id = o.outreach_id and z.time_zone is not null`,
  ...UNDER_POLICIES.map((table) => `alter table ${table} force row level security`),
  // A zone that this database does not know has no hours: one row must not fail the others.
  `create or replace function week_hour(at timestamptz, zone text) returns int language plpgsql stable as $$
    declare local timestamp;
    begin
      local := at at time zone zone;
      return (extract(isodow from local)::int - 1) * 24 + extract(hour from local)::int;
    exception when invalid_parameter_value then
      return null;
    end $$`,
  `create or replace view send_hours with (security_invoker = true) as
    select d.tenant_id, d.outreach_id, d.delivery_id, o.campaign_key, d.channel, o.customer_type, o.time_zone,
      coalesce(d.queued_at, d.sent_at) as started_at,
      week_hour(coalesce(d.queued_at, d.sent_at), o.time_zone) as hour_of_week,
      coalesce(d.delivered_at, d.opened_at, d.read_at, d.clicked_at, d.replied_at) is not null as delivered,
      coalesce(d.opened_at, d.read_at, d.clicked_at, d.replied_at) is not null as engaged
    from delivery_status as d
    join outreach as o on o.outreach_id = d.outreach_id
    where coalesce(d.queued_at, d.sent_at) is not null`,
];
