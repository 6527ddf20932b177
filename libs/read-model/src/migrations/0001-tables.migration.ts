import { type Kysely, sql } from 'kysely';

/** Every table, its keys and its indexes. Runs with the schema as the only entry of the search path. */
export async function createTables(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  `create table checkpoint (
    name text primary key,
    position bigint not null default 0,
    epoch bigint not null default 0,
    updated_at timestamptz not null default now()
  )`,

  `create table outreach (
    outreach_id uuid primary key,
    tenant_id uuid not null,
    person_id text not null,
    campaign_key text,
    message_type text not null,
    urgency text not null,
    strategy text not null,
    via text not null,
    state text not null,
    channel_used text,
    accepted_at timestamptz not null,
    expires_at timestamptz not null,
    decided_at timestamptz,
    cost_micros bigint,
    cost_currency text,
    confidence double precision,
    send_at timestamptz,
    sent_at timestamptz,
    delivered_at timestamptz,
    opened_at timestamptz,
    clicked_at timestamptz,
    responded_at timestamptz,
    settled_at timestamptz,
    refusal_step text,
    refusal_reason text,
    outcome text,
    outcome_reason text,
    revision bigint not null,
    updated_position bigint not null
  )`,
  `create index outreach_by_time on outreach (tenant_id, accepted_at desc, outreach_id desc)`,
  `create index outreach_by_person on outreach (tenant_id, person_id, accepted_at desc, outreach_id desc)`,
  `create index outreach_by_campaign on outreach (tenant_id, campaign_key, accepted_at desc, outreach_id desc)
    where campaign_key is not null`,
  `create index outreach_by_state on outreach (tenant_id, state, accepted_at desc, outreach_id desc)`,

  `create table delivery_status (
    delivery_id text primary key,
    outreach_id uuid not null,
    tenant_id uuid not null,
    leg integer not null,
    channel text not null,
    state text not null,
    attempts integer not null,
    retry_count integer not null,
    provider text not null,
    provider_message_id text,
    last_error_code text,
    closed_reason text,
    send_at timestamptz,
    expires_at timestamptz not null,
    queued_at timestamptz,
    sent_at timestamptz,
    delivered_at timestamptz,
    opened_at timestamptz,
    read_at timestamptz,
    clicked_at timestamptz,
    replied_at timestamptz,
    bounced_at timestamptz,
    failed_at timestamptz,
    complained_at timestamptz,
    unsubscribed_at timestamptz,
    closed_at timestamptz,
    updated_position bigint not null
  )`,
  `create index delivery_status_by_outreach on delivery_status (outreach_id)`,
  `create index delivery_status_by_provider_message on delivery_status (provider_message_id)
    where provider_message_id is not null`,

  `create table outreach_attempts (
    delivery_id text not null,
    attempt integer not null,
    outreach_id uuid not null,
    tenant_id uuid not null,
    channel text not null,
    state text not null,
    provider text not null,
    provider_message_id text,
    started_at timestamptz not null,
    lease_until timestamptz not null,
    answered_at timestamptz,
    unknown_since timestamptz,
    class text,
    code text,
    updated_position bigint not null,
    primary key (delivery_id, attempt)
  )`,
  `create index outreach_attempts_by_outreach on outreach_attempts (outreach_id)`,
  `create index outreach_attempts_by_provider_message on outreach_attempts (provider, provider_message_id)
    where provider_message_id is not null`,
  `create index outreach_attempts_unknown on outreach_attempts (tenant_id, unknown_since, delivery_id, attempt)
    where state = 'outcome_unknown'`,

  `create table outreach_events (
    position bigint primary key,
    outreach_id uuid not null,
    tenant_id uuid not null,
    campaign_key text,
    revision bigint not null,
    event_id uuid not null,
    event_type text not null,
    transition text not null,
    delivery_id text,
    leg integer,
    channel text,
    attempt integer,
    reason text,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    event_data jsonb not null
  )`,
  `create unique index outreach_events_by_outreach on outreach_events (outreach_id, revision)`,
  `create index outreach_events_by_tenant on outreach_events (tenant_id, position)`,

  `create table folded_state (
    outreach_id uuid primary key,
    tenant_id uuid not null,
    revision bigint not null,
    state jsonb not null
  )`,

  `create table timetable (
    delivery_id text not null,
    kind text not null,
    outreach_id uuid not null,
    tenant_id uuid not null,
    leg integer not null,
    channel text not null,
    attempt integer not null,
    urgency text not null,
    urgency_rank integer not null,
    due_at timestamptz not null,
    wake_at timestamptz not null,
    wakes integer not null,
    last_wake_at timestamptz,
    primary key (delivery_id, kind)
  )`,
  `create index timetable_by_outreach on timetable (outreach_id)`,
  `create index timetable_by_wake on timetable (wake_at)`,
  `create index timetable_by_tenant on timetable (tenant_id, urgency_rank, due_at)`,

  `create view unknown_outcomes with (security_invoker = true) as
    select delivery_id, attempt, outreach_id, tenant_id, channel, provider, provider_message_id, started_at, unknown_since,
      updated_position
    from outreach_attempts where state = 'outcome_unknown'`,
];
