import { type Kysely, sql } from 'kysely';

/** Where readers of the store stand, told by themselves every few seconds: a row that grows old is a reader that is gone. */
export async function createProgress(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `create table projection_progress (
    name text primary key,
    position bigint not null,
    head bigint not null,
    caught_up_at timestamptz,
    moved_at timestamptz not null,
    trouble text,
    leader text not null,
    epoch bigint not null,
    beat_at timestamptz not null
  )`,
    )
    .execute(db);
}
