import { type Kysely, sql } from 'kysely';

/** The last event of the store that was seen, kept outside of it: what a restored store does not hold. One row. */
export async function createStoreMark(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `create table store_mark (
    name text primary key,
    generation integer not null,
    position bigint not null,
    stream text not null,
    revision bigint not null,
    recorded_at timestamptz not null,
    missing_since timestamptz
  )`,
    )
    .execute(db);
}
