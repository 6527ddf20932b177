import { type Kysely, sql } from 'kysely';

/**
 * Counts of routing by hour, and conversions. What is projected already is counted from the rows that stand, so that they equal rows
 * made again.
 */
export async function createAnalytics(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const UNDER_POLICIES = ['outreach', 'outreach_events', 'delivery_status'];
const COHORT = `o.tenant_id, date_trunc('hour', o.accepted_at, 'UTC'), coalesce(o.campaign_key, '')`;
const decided = `from outreach_events as e join outreach as o using (outreach_id)`;
const leg = (measure: string, condition: string): string =>
  `insert into routing_hours select ${COHORT}, '${measure}', d.channel, d.leg, '', '', count(*)
    from delivery_status as d join outreach as o using (outreach_id) where ${condition} group by 1, 2, 3, 5, 6`;

const STATEMENTS = [
  `create table routing_hours (
    tenant_id uuid not null,
    hour timestamptz not null,
    campaign_key text not null,
    measure text not null,
    channel text not null,
    place integer not null,
    step text not null,
    reason text not null,
    count bigint not null,
    primary key (tenant_id, hour, campaign_key, measure, channel, place, step, reason)
  ) with (fillfactor = 50)`,
  `create table conversions (
    outreach_id uuid not null,
    conversion_key uuid not null,
    tenant_id uuid not null,
    campaign_key text,
    kind text not null,
    value_micros bigint,
    currency text,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    updated_position bigint not null,
    primary key (outreach_id, conversion_key)
  )`,
  `create index conversions_by_campaign on conversions (tenant_id, campaign_key, occurred_at)`,
  `create view routing_days with (security_invoker = true) as
    select tenant_id, (hour at time zone 'UTC')::date as day, nullif(campaign_key, '') as campaign_key, measure,
      nullif(channel, '') as channel, case when measure = 'legs_used' then place else nullif(place, 0) end as place,
      nullif(step, '') as step, nullif(reason, '') as reason,
      sum(count)::bigint as count
    from routing_hours
    group by 1, 2, routing_hours.campaign_key, measure, routing_hours.channel, routing_hours.place, routing_hours.step,
      routing_hours.reason`,

  // The owner is held by the policies too, once there are any, and has none of its own.
  ...UNDER_POLICIES.map((table) => `alter table ${table} no force row level security`),
  `insert into routing_hours select ${COHORT}, 'decided', '', 0, '', '', count(*)
    ${decided} where e.event_type = 'OutreachDecided' group by 1, 2, 3`,
  `insert into routing_hours select ${COHORT}, 'chosen', l ->> 'channel', (l ->> 'leg')::int, '',
      coalesce((select r ->> 'reason' from jsonb_array_elements(e.event_data::jsonb #> '{explanation,ranked}') as r
        where r ->> 'channel' = l ->> 'channel' limit 1), ''), count(*)
    ${decided} cross join jsonb_array_elements(e.event_data::jsonb -> 'legs') as l
    where e.event_type = 'OutreachDecided' group by 1, 2, 3, 5, 6, 8`,
  `insert into routing_hours select ${COHORT}, 'excluded', x ->> 'channel', 0, '', x ->> 'reason', count(*)
    ${decided} cross join jsonb_array_elements(e.event_data::jsonb #> '{explanation,excluded}') as x
    where e.event_type = 'OutreachDecided' group by 1, 2, 3, 5, 8`,
  `insert into routing_hours select ${COHORT}, 'refused', '', 0, e.event_data::jsonb ->> 'step', e.reason, count(*)
    ${decided} where e.event_type = 'OutreachRefused' group by 1, 2, 3, 7, 8`,
  leg('tried', 'd.attempts > 0'),
  leg('delivered', 'coalesce(d.delivered_at, d.opened_at, d.read_at, d.clicked_at, d.replied_at) is not null'),
  leg('engaged', 'coalesce(d.opened_at, d.read_at, d.clicked_at, d.replied_at) is not null'),
  `insert into routing_hours select tenant_id, hour, campaign_key, 'legs_used', '', legs, '', '', count(*)
    from (select ${COHORT}, (select count(*)::int from delivery_status as d
        where d.outreach_id = o.outreach_id and d.attempts > 0)
      from outreach as o where o.settled_at is not null) as settled(tenant_id, hour, campaign_key, legs)
    group by 1, 2, 3, 6`,
  ...UNDER_POLICIES.map((table) => `alter table ${table} force row level security`),
];
