import { sql } from 'kysely';
import type { ReadModelDb } from '../connection/read-model.connection.js';

export interface ContactsPage {
  /** Fingerprint of the last contact seen; empty for the first page. */
  readonly after: string;
  /** Contacts, each with all its reasons. */
  readonly limit: number;
}

/** Everything that was ever said of addresses, contact by contact. */
export const suppressionsPage = (db: ReadModelDb, { after, limit }: ContactsPage) =>
  db
    .selectFrom('suppressions')
    .selectAll()
    .where('fingerprint', 'in', (of) =>
      of
        .selectFrom('suppressions')
        .select('fingerprint')
        .distinct()
        .where('fingerprint', '>', after)
        .orderBy('fingerprint')
        .limit(limit),
    )
    .orderBy('fingerprint')
    .orderBy(sql`suppressed_at nulls last`)
    .orderBy('reason');
