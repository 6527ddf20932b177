import { type Kysely, sql } from 'kysely';

/**
 * One row a decision, with all that is needed to take it again under other rules. Decisions that stand are brought in from the timeline, so
 * that the rows equal rows made again; of those that recorded no inputs the rest is kept.
 */
export async function createDecisions(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const REQUEST = `(r.event_data::jsonb - '{tenantId,subject,locale,via,acceptedAt}'::text[]) || jsonb_build_object('contacts',
    (select coalesce(jsonb_agg(c.value - 'mask' order by c.ordinality), '[]')
      from jsonb_array_elements(r.event_data::jsonb -> 'contacts') with ordinality as c))`;
/** What is decided of the first leg; a booking that names no end holds five minutes. */
const CONTACTED = `jsonb_build_object('kind', 'contacted', 'leg', one -> 'leg', 'channel', one -> 'channel', 'ordinal', one -> 'contact' -> 'ordinal',
    'at', one -> 'sendAt', 'cost', one -> 'cost', 'until', coalesce(one -> 'booking' ->> 'until',
      to_char(((one ->> 'sendAt')::timestamptz + interval '5 minutes') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))`;

const STATEMENTS = [
  `create table decisions (
    outreach_id uuid primary key,
    tenant_id uuid not null,
    campaign_key text,
    decided_at timestamptz not null,
    cost_micros bigint,
    record json not null,
    updated_position bigint not null
  )`,
  `create index decisions_by_time on decisions (tenant_id, decided_at, outreach_id)`,
  `create index decisions_by_campaign on decisions (tenant_id, campaign_key, decided_at) where campaign_key is not null`,
  // The owner is held by the policies too, once there are any, and has none of its own.
  `alter table outreach_events no force row level security`,
  `insert into decisions (outreach_id, tenant_id, campaign_key, decided_at, cost_micros, record, updated_position)
    select d.outreach_id, d.tenant_id, d.campaign_key, d.occurred_at, (one -> 'cost' ->> 'micros')::bigint,
      jsonb_build_object('request', ${REQUEST})
        || case when d.event_type = 'OutreachDecided'
          then jsonb_build_object('decidedAt', data -> 'explanation' -> 'decidedAt',
            'policyVersion', data -> 'explanation' -> 'policyVersion', 'then', ${CONTACTED})
          else jsonb_build_object('decidedAt', data -> 'decidedAt', 'policyVersion', data -> 'policyVersion',
            'then', jsonb_build_object('kind', 'refused', 'step', data -> 'step', 'reason', data -> 'reason')) end,
      d.position
    from outreach_events as d
    cross join lateral (select d.event_data::jsonb as data, d.event_data::jsonb -> 'legs' -> 0 as one) as said
    join outreach_events as r on r.outreach_id = d.outreach_id and r.event_type = 'OutreachRequested'
    where d.event_type in ('OutreachDecided', 'OutreachRefused')`,
  `alter table outreach_events force row level security`,
];
