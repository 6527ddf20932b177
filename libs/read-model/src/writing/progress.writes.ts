import { type RawBuilder, sql } from 'kysely';
import type { ReadModelDb } from '../connection/read-model.connection.js';
import type { Instant, ProgressRow } from '../tables/read-model.tables.js';
import type { ProjectionLease } from './projection.lease.js';

export interface Progress extends Pick<ProgressRow, 'position' | 'head' | 'trouble' | 'leader'> {
  /** By the database's clock, taken before the end of the store was asked for. */
  readonly at: Instant;
  /** Nothing of ours stood beyond `position` when it was looked, after `at`. */
  readonly caughtUp: boolean;
}

/** The clock that progress is told by. */
export async function databaseClock(db: ReadModelDb): Promise<Instant> {
  const { rows } = await sql<{ at: Instant }>`select clock_timestamp() as at`.execute(db);
  return rows[0]!.at;
}

/** Tells where a reader stands; undefined, and nothing is told, when the lease is no longer ours. */
export async function recordProgress(
  { db, schema }: { readonly db: ReadModelDb; readonly schema: string },
  lease: ProjectionLease,
  progress: Progress,
): Promise<ProgressRow | undefined> {
  return (await progressWrite(schema, lease, progress).execute(db)).rows[0];
}

export function progressWrite(schema: string, lease: ProjectionLease, progress: Progress): RawBuilder<ProgressRow> {
  const { at, position, head, trouble, leader, caughtUp } = progress;
  return sql<ProgressRow>`insert into ${sql.id(schema, 'projection_progress')} as p
    (name, position, head, caught_up_at, moved_at, trouble, leader, epoch, beat_at)
    select c.name, ${position}::bigint, ${head}::bigint, ${caughtUp ? at : null}::timestamptz, ${at}::timestamptz, ${trouble}, ${leader},
      c.epoch, ${at}::timestamptz
    from ${sql.id(schema, 'checkpoint')} as c where c.name = ${lease.name} and c.epoch = ${lease.epoch}
    on conflict (name) do update set position = excluded.position, head = excluded.head,
      caught_up_at = coalesce(excluded.caught_up_at, p.caught_up_at),
      moved_at = case when p.position = excluded.position then p.moved_at else excluded.moved_at end,
      trouble = excluded.trouble, leader = excluded.leader, epoch = excluded.epoch, beat_at = excluded.beat_at
    returning *`;
}
