import { type Kysely, sql } from 'kysely';

/** Where an outreach's trace is gone on from by whoever comes to it later: a webhook, a wake. Null where none is kept. */
export async function addTraces(db: Kysely<unknown>): Promise<void> {
  await sql`alter table folded_state add column traceparent text`.execute(db);
}
