-- What the queries and writes of this room send to Postgres. Written by compiled-sql.spec.ts.

-- findOutreach: the outreach
select * from "read_model"."outreach" where "tenant_id" = $1 and "outreach_id" = $2;

-- findOutreach: its deliveries
select * from "read_model"."delivery_status" where "tenant_id" = $1 and "outreach_id" = $2 order by "leg";

-- findOutreach: their attempts
select * from "read_model"."outreach_attempts" where "tenant_id" = $1 and "outreach_id" = $2 order by "delivery_id", "attempt";

-- timeline
select * from "read_model"."outreach_events" where "tenant_id" = $1 and "outreach_id" = $2 order by "revision";

-- listOutreach: first page
select * from "read_model"."outreach" where "tenant_id" = $1 order by "accepted_at" desc, "outreach_id" desc limit $2;

-- listOutreach: next page, every filter
select * from "read_model"."outreach" where "tenant_id" = $1 and "state" = $2 and "person_id" = $3 and "campaign_key" = $4 and (accepted_at, outreach_id) < ($5::timestamptz, $6::uuid) order by "accepted_at" desc, "outreach_id" desc limit $7;

-- feedAfter
select * from "read_model"."outreach_events" where "tenant_id" = $1 and "position" > $2 order by "position" limit $3;

-- listUnknown: next page
select * from "read_model"."unknown_outcomes" where "tenant_id" = $1 and (unknown_since, delivery_id, attempt) > ($2::timestamptz, $3, $4) order by "unknown_since", "delivery_id", "attempt" limit $5;

-- listTasks: next page, every filter
select * from "read_model"."assisted_tasks" where "tenant_id" = $1 and "state" = $2 and "channel" = $3 and (requested_at, delivery_id, attempt) > ($4::timestamptz, $5, $6) order by "requested_at", "delivery_id", "attempt" limit $7;

-- findTask
select * from "read_model"."assisted_tasks" where "tenant_id" = $1 and "delivery_id" = $2 and "attempt" = $3;

-- campaignStatus: which are projected
select "outreach_id" from "read_model"."outreach" where "tenant_id" = $1 and outreach_id = any($2::uuid[]);

-- campaignStatus
select "state", "refusal_step", "refusal_reason", "outcome_reason", count(*) as "count" from "read_model"."outreach" where "tenant_id" = $1 and "campaign_key" = $2 group by "state", "refusal_step", "refusal_reason", "outcome_reason";

-- findLead
select * from "read_model"."leads" where "tenant_id" = $1 and "lead_id" = $2;

-- listLeads: next page of one status
select * from "read_model"."leads" where "tenant_id" = $1 and "status" = $2 and "lead_id" > $3 order by "lead_id" limit $4;

-- campaignMessages
select count(*) as "count" from "read_model"."outreach" inner join "read_model"."delivery_status" on "read_model"."delivery_status"."outreach_id" = "read_model"."outreach"."outreach_id" where "read_model"."outreach"."tenant_id" = $1 and "read_model"."outreach"."campaign_key" = $2 and coalesce(queued_at, delivery_status.sent_at) is not null;

-- conversions
select "kind", "currency", count(*) as "count", coalesce(sum(value_micros), 0)::bigint as "value_micros" from "read_model"."conversions" where "tenant_id" = $1 and "campaign_key" = $2 group by "kind", "currency" order by "kind", "currency";

-- recentAttempts

  select a.outreach_id, a.delivery_id, d.leg, a.attempt, a.tenant_id, a.provider, a.started_at
  from (select distinct * from unnest($1::uuid[],
    $2::text[]) as w (tenant_id, person_id)) w
  join "read_model"."outreach" o using (tenant_id, person_id)
  join "read_model"."outreach_attempts" a on a.outreach_id = o.outreach_id
  join "read_model"."delivery_status" d on d.delivery_id = a.delivery_id
  where a.channel = $3 and a.state <> 'failed'
    and a.started_at >= $4 and a.started_at <= $5
  order by a.started_at desc, a.delivery_id desc, a.attempt desc limit $6;

-- lastDelivered
select "outreach_id" from "read_model"."outreach" where "tenant_id" = $1 and "person_id" = $2 and "campaign_key" = $3 and coalesce(delivered_at, opened_at, clicked_at, responded_at) <= $4 and coalesce(delivered_at, opened_at, clicked_at, responded_at) >= $5 order by coalesce(delivered_at, opened_at, clicked_at, responded_at) desc, "outreach_id" desc limit $6;

-- routing
select "measure", "channel", "place", "step", "reason", sum(count)::bigint as "count" from "read_model"."routing_hours" where "tenant_id" = $1 and "hour" >= $2 and "hour" < $3 group by "measure", "channel", "place", "step", "reason" order by "measure", "place", "count" desc, channel, step, reason;

-- routing: of one campaign and channel
select "measure", "channel", "place", "step", "reason", sum(count)::bigint as "count" from "read_model"."routing_hours" where "tenant_id" = $1 and "hour" >= $2 and "hour" < $3 and "campaign_key" = $4 and channel in ($5, '') group by "measure", "channel", "place", "step", "reason" order by "measure", "place", "count" desc, channel, step, reason;

-- silentOutreach
with recursive tenants as (
      (select tenant_id from "read_model"."outreach" order by tenant_id limit 1)
      union all
      select (select o.tenant_id from "read_model"."outreach" as o where o.tenant_id > t.tenant_id order by o.tenant_id limit 1)
        from tenants as t where t.tenant_id is not null
    )
    select o.outreach_id, o.tenant_id::text as tenant_id, o.accepted_at
      from tenants as t
      cross join unnest(array['queued', 'sent']) as s (state)
      cross join lateral (
        select outreach_id, tenant_id, accepted_at from "read_model"."outreach"
          where tenant_id = t.tenant_id and state = s.state and settled_at is null
            and accepted_at < $1::timestamptz and accepted_at >= $2::timestamptz 
          order by accepted_at desc, outreach_id desc limit $3
      ) as o
      order by o.accepted_at desc, o.outreach_id desc limit $4;

-- silentOutreach: a further page
with recursive tenants as (
      (select tenant_id from "read_model"."outreach" order by tenant_id limit 1)
      union all
      select (select o.tenant_id from "read_model"."outreach" as o where o.tenant_id > t.tenant_id order by o.tenant_id limit 1)
        from tenants as t where t.tenant_id is not null
    )
    select o.outreach_id, o.tenant_id::text as tenant_id, o.accepted_at
      from tenants as t
      cross join unnest(array['queued', 'sent']) as s (state)
      cross join lateral (
        select outreach_id, tenant_id, accepted_at from "read_model"."outreach"
          where tenant_id = t.tenant_id and state = s.state and settled_at is null
            and accepted_at < $1::timestamptz and accepted_at >= $2::timestamptz and (accepted_at, outreach_id) < ($3::timestamptz, $4)
          order by accepted_at desc, outreach_id desc limit $5
      ) as o
      order by o.accepted_at desc, o.outreach_id desc limit $6;

-- currentPosition
select "position" from "read_model"."checkpoint" where "name" = $1;

-- foldedStates
select "outreach_id", "tenant_id", "revision", "traceparent", "state" from "read_model"."folded_state" where "outreach_id" = any($1::uuid[]);

-- eventsAfter
select "position", "outreach_id", "tenant_id", "campaign_key", "revision", "event_id", "event_type", "transition", "delivery_id", "leg", "channel", "attempt", "reason", "occurred_at", "recorded_at" from "read_model"."outreach_events" where "position" > $1 order by "position" limit $2;

-- openCounts
select (select count(*) as "n" from "read_model"."unknown_outcomes") as "unknown_outcomes", (select count(*) as "n" from "read_model"."timetable" where "wake_at" <= $1) as "overdue";

-- attemptsByProviderMessage
select * from "read_model"."outreach_attempts" where (provider, provider_message_id) in (select * from unnest($1::text[], $2::text[]));

-- dueEntries
select t.delivery_id, t.kind, t.outreach_id, t.tenant_id, t.leg, t.channel, t.attempt, t.urgency, t.urgency_rank, t.due_at, t.wake_at,
  t.wakes, t.last_wake_at
    from (select distinct tenant_id from "read_model"."timetable" where wake_at <= $1::timestamptz) as waiting
    cross join lateral (
      select d.*, row_number() over (order by d.urgency_rank, d.due_at, d.delivery_id, d.kind) as turn
      from (select * from "read_model"."timetable" where tenant_id = waiting.tenant_id and wake_at <= $2::timestamptz
        order by urgency_rank, due_at, delivery_id, kind limit $3) as d
    ) as t
    order by t.turn, t.urgency_rank, t.due_at, t.delivery_id, t.kind
    limit $4;

-- dueEntries: of one kind and channel
select t.delivery_id, t.kind, t.outreach_id, t.tenant_id, t.leg, t.channel, t.attempt, t.urgency, t.urgency_rank, t.due_at, t.wake_at,
  t.wakes, t.last_wake_at
    from (select distinct tenant_id from "read_model"."timetable" where wake_at <= $1::timestamptz and kind = $2 and channel = $3) as waiting
    cross join lateral (
      select d.*, row_number() over (order by d.urgency_rank, d.due_at, d.delivery_id, d.kind) as turn
      from (select * from "read_model"."timetable" where tenant_id = waiting.tenant_id and wake_at <= $4::timestamptz and kind = $5 and channel = $6
        order by urgency_rank, due_at, delivery_id, kind limit $7) as d
    ) as t
    order by t.turn, t.urgency_rank, t.due_at, t.delivery_id, t.kind
    limit $8;

-- markWoken
update "read_model"."timetable" as t
    set wakes = t.wakes + 1, last_wake_at = $1::timestamptz, wake_at = $2::timestamptz
    from unnest($3::text[], $4::text[], $5::int[],
      $6::int[]) as seen(delivery_id, kind, attempt, wakes)
    where t.delivery_id = seen.delivery_id and t.kind = seen.kind and t.attempt = seen.attempt and t.wakes = seen.wakes
    returning t.delivery_id, t.kind, t.outreach_id, t.tenant_id, t.leg, t.channel, t.attempt, t.urgency, t.urgency_rank, t.due_at, t.wake_at,
  t.wakes, t.last_wake_at;

-- campaignMembers
select "outreach_id", "tenant_id", "expires_at", "campaign_key" as "campaign_key" from "read_model"."outreach" where "outreach_id" = any($1::uuid[]) and "campaign_key" is not null;

-- engagement
select t.tenant_id, d.channel, o.customer_type, count(*)::int as sent,
      count(coalesce(d.opened_at, d.read_at, d.clicked_at, d.replied_at))::int as engaged
    from unnest($1::uuid[]) as t(tenant_id)
    cross join lateral (
      select outreach_id, customer_type from "read_model"."outreach"
      where tenant_id = t.tenant_id and accepted_at >= $2::timestamptz
      order by accepted_at desc, outreach_id desc limit $3
    ) as o
    join "read_model"."delivery_status" as d on d.outreach_id = o.outreach_id
    where coalesce(d.queued_at, d.sent_at) < $4::timestamptz
    group by t.tenant_id, d.channel, o.customer_type;

-- sendHours: for decisions
with o as materialized (
      select t.tenant_id, recent.* from unnest($1::uuid[]) as t(tenant_id)
      cross join lateral (
        select outreach_id, customer_type, time_zone from "read_model"."outreach"
        where tenant_id = t.tenant_id and accepted_at >= $2::timestamptz
        order by accepted_at desc, outreach_id desc limit $3
      ) as recent
    ), zones as materialized (
      select time_zone, "read_model"."week_hour"(now(), time_zone) is not null as known
      from (select distinct time_zone from o where time_zone is not null) as named
    ), h as (
      select o.tenant_id, d.channel, o.customer_type,
        case when z.known then coalesce(d.queued_at, d.sent_at) at time zone o.time_zone end as local,
        coalesce(d.delivered_at, d.opened_at, d.read_at, d.clicked_at, d.replied_at) is not null as delivered,
        coalesce(d.opened_at, d.read_at, d.clicked_at, d.replied_at) is not null as engaged
      from o
      join zones as z on z.time_zone = o.time_zone and z.known
      join "read_model"."delivery_status" as d on d.outreach_id = o.outreach_id
      where coalesce(d.queued_at, d.sent_at) < $4::timestamptz
    )
    select h.tenant_id, h.channel, h.customer_type,
      -- The epoch began on a Thursday.
      ((floor(date_part('epoch', h.local) / 3600)::bigint + 72) % 168)::int as hour_of_week, count(*)::int as sent, count(*) filter (where h.delivered)::int as delivered,
      count(*) filter (where h.engaged)::int as engaged
    from h group by h.tenant_id, h.channel, h.customer_type, 4;

-- sendHours: for the report
select h.tenant_id, h.channel, h.customer_type, h.hour_of_week, count(*)::int as sent, count(*) filter (where h.delivered)::int as delivered,
      count(*) filter (where h.engaged)::int as engaged
    from "read_model"."send_hours" as h
    where h.tenant_id = $1::uuid and h.started_at >= $2::timestamptz and h.started_at < $3::timestamptz
      and ($4::text is null or h.channel = $5)
      and ($6::text is null or h.campaign_key = $7)
    group by h.tenant_id, h.channel, h.customer_type, h.hour_of_week;

-- decisions
select d.outreach_id, d.decided_at, d.record, o.sent_at is not null as sent,
      case when d.cost_micros is null then 0 else (select coalesce(sum(s.retry_count), 0)::int
        from "read_model"."delivery_status" as s where s.outreach_id = d.outreach_id) end as retries,
      case when o.settled_at is not null and o.sent_at is null and o.outcome is distinct from 'assumed_sent' and d.cost_micros is not null then o.settled_at end as given_back_at
    from (select outreach_id, decided_at, cost_micros, record from "read_model"."decisions"
      where tenant_id = $1 and decided_at >= $2::timestamptz and decided_at < $3::timestamptz
        and (decided_at, outreach_id) > ($4::timestamptz, $5::uuid)
      order by decided_at, outreach_id limit $6) as d
    join "read_model"."outreach" as o on o.outreach_id = d.outreach_id
    order by d.decided_at, d.outreach_id;

-- spokenFor
select d.campaign_key, sum(d.cost_micros)::bigint as micros
    from "read_model"."decisions" as d
    join "read_model"."outreach" as o on o.outreach_id = d.outreach_id
    where d.tenant_id = $1 and d.campaign_key = any($2::text[])
      and d.decided_at < $3::timestamptz and d.cost_micros > 0 and not (o.settled_at is not null and o.sent_at is null and o.outcome is distinct from 'assumed_sent')
    group by d.campaign_key;

-- suppressions
select * from "read_model"."suppressions" where "fingerprint" in (select distinct "fingerprint" from "read_model"."suppressions" where "fingerprint" > $1 order by "fingerprint" limit $2) order by "fingerprint", suppressed_at nulls last, "reason";

-- consentWords
select * from "read_model"."consent_words" where "fingerprint" in (select distinct "fingerprint" from "read_model"."consent_words" where "fingerprint" > $1 order by "fingerprint" limit $2) order by "fingerprint", "revision";

-- restEntries
update "read_model"."timetable" as t set wake_at = seen.until
    from unnest($1::text[], $2::text[],
      $3::timestamptz[], $4::timestamptz[])
      as seen(delivery_id, kind, wake_at, until)
    where t.delivery_id = seen.delivery_id and t.kind = seen.kind and t.wake_at = seen.wake_at;

-- wakeCampaigns
update "read_model"."timetable" as t
    set wake_at = least(t.wake_at, $1::timestamptz), wakes = greatest(t.wakes, 1)
    from unnest($2::uuid[], $3::text[])
      as c(tenant_id, campaign_key)
    join "read_model"."outreach" as o on o.tenant_id = c.tenant_id and o.campaign_key = c.campaign_key
    where t.outreach_id = o.outreach_id and t.kind = 'dispatch' and t.due_at <= $4::timestamptz;

-- progress
select *,
    greatest(0, extract(epoch from clock_timestamp() - caught_up_at))::float8 as seconds_behind,
    greatest(0, head - position) as positions_behind,
    greatest(0, extract(epoch from clock_timestamp() - beat_at))::float8 as silent_seconds
  from "read_model"."projection_progress" order by name desc;

-- write progress
insert into "read_model"."projection_progress" as p
    (name, position, head, caught_up_at, moved_at, trouble, leader, epoch, beat_at)
    select c.name, $1::bigint, $2::bigint, $3::timestamptz, $4::timestamptz, $5, $6,
      c.epoch, $7::timestamptz
    from "read_model"."checkpoint" as c where c.name = $8 and c.epoch = $9
    on conflict (name) do update set position = excluded.position, head = excluded.head,
      caught_up_at = coalesce(excluded.caught_up_at, p.caught_up_at),
      moved_at = case when p.position = excluded.position then p.moved_at else excluded.moved_at end,
      trouble = excluded.trouble, leader = excluded.leader, epoch = excluded.epoch, beat_at = excluded.beat_at
    returning *;

-- write the mark
insert into "read_model"."store_mark" as m
    (name, generation, position, stream, revision, recorded_at, missing_since)
    values ($1, $2, $3, $4, $5, $6::timestamptz, $7::timestamptz)
    on conflict (name) do update set generation = excluded.generation, position = excluded.position, stream = excluded.stream,
      revision = excluded.revision, recorded_at = excluded.recorded_at, missing_since = excluded.missing_since
    where (m.generation, m.position, m.missing_since is not null)
      < (excluded.generation, excluded.position, excluded.missing_since is not null);

-- write outreach
insert into "read_model"."outreach" as t ("outreach_id", "tenant_id", "person_id", "campaign_key", "message_type", "urgency", "strategy", "via", "customer_type", "time_zone", "state", "channel_used", "accepted_at", "expires_at", "decided_at", "cost_micros", "cost_currency", "confidence", "send_at", "sent_at", "delivered_at", "opened_at", "clicked_at", "responded_at", "settled_at", "refusal_step", "refusal_reason", "outcome", "outcome_reason", "revision", "updated_position") select "outreach_id", "tenant_id", "person_id", "campaign_key", "message_type", "urgency", "strategy", "via", "customer_type", "time_zone", "state", "channel_used", "accepted_at", "expires_at", "decided_at", "cost_micros", "cost_currency", "confidence", "send_at", "sent_at", "delivered_at", "opened_at", "clicked_at", "responded_at", "settled_at", "refusal_step", "refusal_reason", "outcome", "outcome_reason", "revision", "updated_position" from json_populate_recordset(null::"read_model"."outreach", $1::json) on conflict ("outreach_id") do update set "tenant_id" = excluded."tenant_id", "person_id" = excluded."person_id", "campaign_key" = excluded."campaign_key", "message_type" = excluded."message_type", "urgency" = excluded."urgency", "strategy" = excluded."strategy", "via" = excluded."via", "customer_type" = excluded."customer_type", "time_zone" = coalesce(excluded."time_zone", t."time_zone"), "state" = excluded."state", "channel_used" = excluded."channel_used", "accepted_at" = excluded."accepted_at", "expires_at" = excluded."expires_at", "decided_at" = coalesce(excluded."decided_at", t."decided_at"), "cost_micros" = coalesce(excluded."cost_micros", t."cost_micros"), "cost_currency" = coalesce(excluded."cost_currency", t."cost_currency"), "confidence" = coalesce(excluded."confidence", t."confidence"), "send_at" = excluded."send_at", "sent_at" = excluded."sent_at", "delivered_at" = excluded."delivered_at", "opened_at" = excluded."opened_at", "clicked_at" = excluded."clicked_at", "responded_at" = excluded."responded_at", "settled_at" = coalesce(excluded."settled_at", t."settled_at"), "refusal_step" = excluded."refusal_step", "refusal_reason" = excluded."refusal_reason", "outcome" = excluded."outcome", "outcome_reason" = excluded."outcome_reason", "revision" = excluded."revision", "updated_position" = excluded."updated_position";

-- write delivery_status
insert into "read_model"."delivery_status" as t ("delivery_id", "outreach_id", "tenant_id", "leg", "channel", "state", "attempts", "retry_count", "provider", "provider_message_id", "last_error_code", "closed_reason", "send_at", "expires_at", "queued_at", "sent_at", "delivered_at", "opened_at", "read_at", "clicked_at", "replied_at", "bounced_at", "failed_at", "complained_at", "unsubscribed_at", "closed_at", "updated_position") select "delivery_id", "outreach_id", "tenant_id", "leg", "channel", "state", "attempts", "retry_count", "provider", "provider_message_id", "last_error_code", "closed_reason", "send_at", "expires_at", "queued_at", "sent_at", "delivered_at", "opened_at", "read_at", "clicked_at", "replied_at", "bounced_at", "failed_at", "complained_at", "unsubscribed_at", "closed_at", "updated_position" from json_populate_recordset(null::"read_model"."delivery_status", $1::json) on conflict ("delivery_id") do update set "outreach_id" = excluded."outreach_id", "tenant_id" = excluded."tenant_id", "leg" = excluded."leg", "channel" = excluded."channel", "state" = excluded."state", "attempts" = excluded."attempts", "retry_count" = excluded."retry_count", "provider" = excluded."provider", "provider_message_id" = excluded."provider_message_id", "last_error_code" = excluded."last_error_code", "closed_reason" = excluded."closed_reason", "send_at" = excluded."send_at", "expires_at" = excluded."expires_at", "queued_at" = excluded."queued_at", "sent_at" = excluded."sent_at", "delivered_at" = excluded."delivered_at", "opened_at" = excluded."opened_at", "read_at" = excluded."read_at", "clicked_at" = excluded."clicked_at", "replied_at" = excluded."replied_at", "bounced_at" = excluded."bounced_at", "failed_at" = excluded."failed_at", "complained_at" = excluded."complained_at", "unsubscribed_at" = excluded."unsubscribed_at", "closed_at" = excluded."closed_at", "updated_position" = excluded."updated_position";

-- write outreach_attempts
insert into "read_model"."outreach_attempts" as t ("delivery_id", "attempt", "outreach_id", "tenant_id", "channel", "state", "provider", "provider_message_id", "started_at", "lease_until", "answered_at", "unknown_since", "class", "code", "assisted_reason", "assisted_at", "assisted_outcome", "assisted_ended_at", "assisted_ended_by", "assisted_opened_by", "assisted_worker", "assisted_claimed_until", "assisted_despite", "updated_position") select "delivery_id", "attempt", "outreach_id", "tenant_id", "channel", "state", "provider", "provider_message_id", "started_at", "lease_until", "answered_at", "unknown_since", "class", "code", "assisted_reason", "assisted_at", "assisted_outcome", "assisted_ended_at", "assisted_ended_by", "assisted_opened_by", "assisted_worker", "assisted_claimed_until", "assisted_despite", "updated_position" from json_populate_recordset(null::"read_model"."outreach_attempts", $1::json) on conflict ("delivery_id", "attempt") do update set "outreach_id" = excluded."outreach_id", "tenant_id" = excluded."tenant_id", "channel" = excluded."channel", "state" = excluded."state", "provider" = excluded."provider", "provider_message_id" = excluded."provider_message_id", "started_at" = excluded."started_at", "lease_until" = excluded."lease_until", "answered_at" = excluded."answered_at", "unknown_since" = excluded."unknown_since", "class" = excluded."class", "code" = excluded."code", "assisted_reason" = excluded."assisted_reason", "assisted_at" = excluded."assisted_at", "assisted_outcome" = excluded."assisted_outcome", "assisted_ended_at" = excluded."assisted_ended_at", "assisted_ended_by" = excluded."assisted_ended_by", "assisted_opened_by" = excluded."assisted_opened_by", "assisted_worker" = excluded."assisted_worker", "assisted_claimed_until" = excluded."assisted_claimed_until", "assisted_despite" = excluded."assisted_despite", "updated_position" = excluded."updated_position";

-- write outreach_events
insert into "read_model"."outreach_events" as t ("position", "outreach_id", "tenant_id", "campaign_key", "revision", "event_id", "event_type", "transition", "delivery_id", "leg", "channel", "attempt", "reason", "occurred_at", "recorded_at", "event_data") select "position", "outreach_id", "tenant_id", "campaign_key", "revision", "event_id", "event_type", "transition", "delivery_id", "leg", "channel", "attempt", "reason", "occurred_at", "recorded_at", "event_data" from json_populate_recordset(null::"read_model"."outreach_events", $1::json) on conflict ("position") do nothing;

-- write decisions
insert into "read_model"."decisions" as t ("outreach_id", "tenant_id", "campaign_key", "decided_at", "cost_micros", "record", "updated_position") select "outreach_id", "tenant_id", "campaign_key", "decided_at", "cost_micros", "record", "updated_position" from json_populate_recordset(null::"read_model"."decisions", $1::json) on conflict ("outreach_id") do nothing;

-- write folded_state
insert into "read_model"."folded_state" as t ("outreach_id", "tenant_id", "revision", "traceparent", "state") select "outreach_id", "tenant_id", "revision", "traceparent", "state" from json_populate_recordset(null::"read_model"."folded_state", $1::json) on conflict ("outreach_id") do update set "tenant_id" = excluded."tenant_id", "revision" = excluded."revision", "traceparent" = excluded."traceparent", "state" = excluded."state";

-- write consent_words
insert into "read_model"."consent_words" as t ("fingerprint", "consent_id", "tenant_id", "kind", "channel", "purpose", "source", "said_at", "evidence", "wording", "valid_until", "said_by", "revision", "updated_position") select "fingerprint", "consent_id", "tenant_id", "kind", "channel", "purpose", "source", "said_at", "evidence", "wording", "valid_until", "said_by", "revision", "updated_position" from json_populate_recordset(null::"read_model"."consent_words", $1::json) on conflict ("fingerprint", "consent_id") do nothing;

-- write routing_hours
insert into "read_model"."routing_hours" as t ("tenant_id", "hour", "campaign_key", "measure", "channel", "place", "step", "reason", "count") select "tenant_id", "hour", "campaign_key", "measure", "channel", "place", "step", "reason", "count" from json_populate_recordset(null::"read_model"."routing_hours", $1::json) on conflict ("tenant_id", "hour", "campaign_key", "measure", "channel", "place", "step", "reason") do update set
    count = t.count + excluded.count;

-- batches: counts
select "o"."state", "o"."refusal_step", "o"."refusal_reason", "o"."outcome_reason", count(*) as "count", count("o"."decided_at") as "decided_at", count("o"."sent_at") as "sent_at", count("o"."delivered_at") as "delivered_at", count("o"."opened_at") as "opened_at", count("o"."clicked_at") as "clicked_at", count("o"."responded_at") as "responded_at" from "read_model"."batch_items" as "i" inner join "read_model"."outreach" as "o" on "o"."outreach_id" = "i"."outreach_id" where "i"."tenant_id" = $1 and "o"."tenant_id" = $2 and "i"."batch_id" = $3 group by "o"."state", "o"."refusal_step", "o"."refusal_reason", "o"."outcome_reason";

-- batches: items by place
select "i"."item_index", "i"."outreach_id", "o"."state", "o"."channel_used", "o"."send_at", "o"."refusal_step", "o"."refusal_reason", "o"."outcome_reason" from "read_model"."batch_items" as "i" inner join "read_model"."outreach" as "o" on "o"."outreach_id" = "i"."outreach_id" where "i"."tenant_id" = $1 and "o"."tenant_id" = $2 and "i"."batch_id" = $3 and i.item_index = any($4::int[]) order by "i"."item_index";

-- batches: items of one state
select "i"."item_index", "i"."outreach_id", "o"."state", "o"."channel_used", "o"."send_at", "o"."refusal_step", "o"."refusal_reason", "o"."outcome_reason" from "read_model"."batch_items" as "i" inner join "read_model"."outreach" as "o" on "o"."outreach_id" = "i"."outreach_id" where "i"."tenant_id" = $1 and "o"."tenant_id" = $2 and "i"."batch_id" = $3 and "o"."state" = $4 and "i"."item_index" > $5 order by "i"."item_index" limit $6;

-- write batches
insert into "read_model"."batches" as t ("batch_id", "tenant_id", "items", "accepted", "refused", "withheld", "received_at", "accepted_at", "expanded_at", "cancel_requested_at", "cancelled_at", "updated_position") select "batch_id", "tenant_id", "items", "accepted", "refused", "withheld", "received_at", "accepted_at", "expanded_at", "cancel_requested_at", "cancelled_at", "updated_position" from json_populate_recordset(null::"read_model"."batches", $1::json) on conflict ("batch_id") do update set "tenant_id" = excluded."tenant_id", "items" = coalesce(excluded."items", t."items"), "accepted" = coalesce(excluded."accepted", t."accepted"), "refused" = coalesce(excluded."refused", t."refused"), "withheld" = coalesce(excluded."withheld", t."withheld"), "received_at" = coalesce(excluded."received_at", t."received_at"), "accepted_at" = coalesce(excluded."accepted_at", t."accepted_at"), "expanded_at" = coalesce(excluded."expanded_at", t."expanded_at"), "cancel_requested_at" = coalesce(excluded."cancel_requested_at", t."cancel_requested_at"), "cancelled_at" = coalesce(excluded."cancelled_at", t."cancelled_at"), "updated_position" = excluded."updated_position";

-- write batch_items
insert into "read_model"."batch_items" as t ("batch_id", "item_index", "tenant_id", "outreach_id", "chunk", "updated_position") select "batch_id", "item_index", "tenant_id", "outreach_id", "chunk", "updated_position" from json_populate_recordset(null::"read_model"."batch_items", $1::json) on conflict ("batch_id", "item_index") do nothing;

-- timetable: take away
delete from "read_model"."timetable" as t where t.outreach_id = any($1::uuid[]) and not exists (
    select from unnest($2::text[], $3::text[]) as kept(delivery_id, kind)
    where kept.delivery_id = t.delivery_id and kept.kind = t.kind);

-- timetable: write
insert into "read_model"."timetable" as t ("delivery_id", "kind", "outreach_id", "tenant_id", "leg", "channel", "attempt", "urgency", "urgency_rank", "due_at", "wake_at", "wakes", "last_wake_at") select "delivery_id", "kind", "outreach_id", "tenant_id", "leg", "channel", "attempt", "urgency", "urgency_rank", "due_at", "wake_at", "wakes", "last_wake_at" from json_populate_recordset(null::"read_model"."timetable", $1::json) on conflict (delivery_id, kind) do update set
    outreach_id = excluded.outreach_id, tenant_id = excluded.tenant_id, leg = excluded.leg, channel = excluded.channel,
    attempt = excluded.attempt, urgency = excluded.urgency, urgency_rank = excluded.urgency_rank, due_at = excluded.due_at,
    wake_at = case when t.attempt = excluded.attempt and t.due_at = excluded.due_at then t.wake_at else excluded.wake_at end,
    wakes = case when t.attempt = excluded.attempt then t.wakes else 0 end,
    last_wake_at = case when t.attempt = excluded.attempt then t.last_wake_at end;
