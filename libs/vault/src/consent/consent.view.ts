import { sql } from 'kysely';
import { decodeCursor, encodeCursor } from '../database/page.cursor.js';
import { withTenant } from '../database/vault.database.js';
import type { VaultDatabase } from '../database/vault.tables.js';
import type { ConsentFilter, ConsentView, SeenConsent } from './consent.types.js';

type Row = Omit<SeenConsent, 'since' | 'validUntil'> & { since: Date; validUntil: Date | null };

/** @param db connected as `vault_api` */
export function createConsentView(db: VaultDatabase): ConsentView {
  return {
    list: async (filter) => {
      const page = consentsPage(filter);
      const { rows } = await withTenant(db, filter.tenantId, (trx) => page.execute(trx));
      const items = rows.slice(0, filter.limit).map(seen);
      const last = items.at(-1);
      if (rows.length <= filter.limit || last === undefined) return { items };
      const { since, fingerprint, channel, purpose } = last;
      return { items, nextCursor: encodeCursor([since, fingerprint, channel, purpose]) };
    },
  };
}

const seen = ({ since, validUntil, ...row }: Row): SeenConsent => ({
  ...row,
  since: since.toISOString(),
  ...(validUntil === null ? {} : { validUntil: validUntil.toISOString() }),
});

/** Consent that has run out stands no more, whenever it is looked at. */
const standing = sql`case when standing = 'granted' and valid_until <= now() then 'expired' else standing end`;

function consentsPage(filter: ConsentFilter) {
  const { tenantId, personId, fingerprint, channel, purpose, cursor, limit } = filter;
  const conditions = [
    sql`tenant_id = ${tenantId}`,
    ...(fingerprint === undefined ? [] : [sql`fingerprint = ${fingerprint}`]),
    ...(channel === undefined ? [] : [sql`channel = ${channel}`]),
    ...(purpose === undefined ? [] : [sql`purpose = ${purpose}`]),
    ...(filter.standing === undefined ? [] : [sql`${standing} = ${filter.standing}`]),
  ];
  if (personId !== undefined)
    conditions.push(sql`fingerprint in (select vault.consenting_addresses_of(${personId}::uuid))`);
  if (cursor !== undefined) {
    const [since, print, on, what] = decodeCursor(cursor, 3);
    conditions.push(sql`(since, fingerprint, channel, purpose)
      < (${since}::timestamptz, ${print}::text, ${on}::text, ${what}::text)`);
  }
  return sql<Row>`select fingerprint, channel, purpose, words, ${standing} as standing, since,
      valid_until as "validUntil"
    from vault.consent where ${sql.join(conditions, sql` and `)}
    order by since desc, fingerprint desc, channel desc, purpose desc limit ${limit + 1}`;
}
