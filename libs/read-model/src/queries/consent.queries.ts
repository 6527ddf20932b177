import type { ReadModelDb } from '../connection/read-model.connection.js';
import type { ContactsPage } from './suppression.queries.js';

/** Every word of consent that was said of addresses, contact by contact, in the order of their streams. */
export const consentWordsPage = (db: ReadModelDb, { after, limit }: ContactsPage) =>
  db
    .selectFrom('consentWords')
    .selectAll()
    .where('fingerprint', 'in', (of) =>
      of
        .selectFrom('consentWords')
        .select('fingerprint')
        .distinct()
        .where('fingerprint', '>', after)
        .orderBy('fingerprint')
        .limit(limit),
    )
    .orderBy('fingerprint')
    .orderBy('revision');
