/** The schema, safe to run at every start. Bodies are stored as they came: no compression, no parsing. */
export const SCHEMA = `
create table if not exists event_log (
  position bigint primary key,
  stream text collate "C" not null,
  revision bigint not null,
  id uuid not null,
  type text not null,
  content_type text not null,
  created bigint not null,
  data bytea not null,
  metadata bytea not null,
  unique (stream, revision)
);
alter table event_log alter column data set storage external;
alter table event_log alter column metadata set storage external;
create table if not exists event_log_writer (
  only_one boolean primary key default true check (only_one),
  epoch bigint not null
);
alter table event_log_writer add column if not exists owner uuid;
insert into event_log_writer (epoch) values (0) on conflict do nothing;
`;

/** One schema change at a time, whoever starts first. */
export const SCHEMA_LOCK = 7_391_204_118;
/** Fences every earlier writer and names the new one. */
export const TAKE_OVER = 'update event_log_writer set epoch = epoch + 1, owner = $1 returning epoch';
/** Fences this instance's own lost connections; no row when another instance is the owner. */
export const TAKE_BACK = 'update event_log_writer set epoch = epoch + 1 where owner = $1 returning epoch';
export const TAKEOVER_CHANNEL = 'event_log_takeover';

/**
 * Stores a whole commit in one statement, or nothing. The epoch row is locked for the statement's transaction: a
 * take-over waits for it, and after a take-over no row is found, so nothing is inserted.
 */
export const WRITE = `
with fence as materialized (select 1 from event_log_writer where epoch = $1 for share)
insert into event_log (position, stream, revision, id, type, content_type, created, data, metadata)
select e.position, e.stream, e.revision, e.id, e.type, e.content_type, $2,
       substring($3::bytea from e.start for e.data_length),
       substring($3::bytea from e.start + e.data_length for e.metadata_length)
from fence, unnest($4::bigint[], $5::text[], $6::bigint[], $7::uuid[], $8::text[], $9::text[], $10::int[], $11::int[], $12::int[])
  as e (position, stream, revision, id, type, content_type, start, data_length, metadata_length)`;

const COLUMNS = 'position, stream, revision, id, type, content_type, created, data, metadata';

/** A page of at most $2 or $3 rows that stops where the bodies pass the page's bytes, but never before the first row. */
const bounded = (rows: string, order: string, bytes: number) => `
select ${COLUMNS} from (
  select ${COLUMNS}, sum(octet_length(data) + octet_length(metadata)) over (order by ${order})
    - octet_length(data) - octet_length(metadata) as before
  from (${rows}) rows
) page where before < ${bytes} order by ${order}`;

export const readStreamSql = (direction: 'forwards' | 'backwards', bytes: number) => {
  const [compare, order] = direction === 'forwards' ? ['>=', 'revision'] : ['<=', 'revision desc'];
  const rows = `select ${COLUMNS} from event_log where stream = $1 and revision ${compare} $2 order by ${order} limit $3`;
  return bounded(rows, order, bytes);
};

export const readAllSql = (direction: 'forwards' | 'backwards', bytes: number) => {
  const [compare, order] = direction === 'forwards' ? ['>=', 'position'] : ['<', 'position desc'];
  const rows = `select ${COLUMNS} from event_log where position ${compare} $1 order by ${order} limit $2`;
  return bounded(rows, order, bytes);
};

export const TAILS = `
select s.name, last.revision, last.data
from unnest($1::text[]) as s (name)
cross join lateral (
  select revision, case when left(stream, 2) = '$$' then data end as data
  from event_log where stream = s.name collate "C" order by revision desc limit 1
) last`;

export const REFS =
  'select id, revision, position from event_log where stream = $1 and revision >= $2 order by revision limit $3';
