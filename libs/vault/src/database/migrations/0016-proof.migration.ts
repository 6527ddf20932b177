import { sql } from 'kysely';
import type { Kysely } from 'kysely';

/** The gateway records how far an address's stream was when it asked. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`grant select (revision) on vault.suppression to vault_open`.execute(db);
}
