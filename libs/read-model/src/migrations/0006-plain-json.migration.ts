import { type Kysely, sql } from 'kysely';

/**
 * What is written with every event and read whole: kept as the text it came as, uncompressed, in its row. As `jsonb` it was taken
 * apart, compressed and, beyond 2 kB, moved out of the row, which was most of what a projected event cost Postgres. Rewrites both
 * tables and holds them meanwhile.
 */
export async function keepPlainJson(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  `alter table folded_state alter column state type json`,
  `alter table folded_state alter column state set storage main`,
  // Up to a page: rows are updated several times within seconds, and room on the page keeps that from touching the index.
  `alter table folded_state set (toast_tuple_target = 8160, fillfactor = 50)`,
  `alter table outreach_events alter column event_data type json`,
  `alter table outreach_events alter column event_data set storage main`,
  `alter table outreach_events set (toast_tuple_target = 8160)`,
];
