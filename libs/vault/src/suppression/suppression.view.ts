import { sql } from 'kysely';
import { decodeCursor, encodeCursor } from '../database/page.cursor.js';
import { withTenant } from '../database/vault.database.js';
import type { VaultDatabase } from '../database/vault.tables.js';
import type { SeenSuppression, SuppressionFilter, SuppressionView } from './suppression.types.js';

type Row = Omit<SeenSuppression, 'since'> & { since: Date };
const columns = sql`fingerprint, channel, mask, since, reasons`;
const seen = (row: Row): SeenSuppression => ({ ...row, since: row.since.toISOString() });

/** @param db connected as `vault_api` */
export function createSuppressionView(db: VaultDatabase): SuppressionView {
  return {
    list: async (filter) => {
      const page = suppressionsPage(filter);
      const { rows } = await withTenant(db, filter.tenantId, (trx) => page.execute(trx));
      const items = rows.slice(0, filter.limit).map(seen);
      const last = items.at(-1);
      if (rows.length <= filter.limit || last === undefined) return { items };
      return { items, nextCursor: encodeCursor([last.since, last.fingerprint]) };
    },
    find: ({ tenantId, fingerprint }) =>
      withTenant(db, tenantId, async (trx) => {
        const { rows } = await sql<Row>`select ${columns} from vault.suppression
          where tenant_id = ${tenantId} and fingerprint = ${fingerprint} and suppressed`.execute(trx);
        return rows[0] && seen(rows[0]);
      }),
  };
}

function suppressionsPage({ tenantId, channel, reason, cursor, limit }: SuppressionFilter) {
  const conditions = [
    sql`tenant_id = ${tenantId}`,
    sql`suppressed`,
    ...(channel === undefined ? [] : [sql`channel = ${channel}`]),
    ...(reason === undefined ? [] : [sql`reasons @> ${JSON.stringify([{ reason }])}::jsonb`]),
  ];
  if (cursor !== undefined) {
    const [since, fingerprint] = decodeCursor(cursor, 1);
    conditions.push(sql`(since, fingerprint) < (${since}::timestamptz, ${fingerprint}::text)`);
  }
  return sql<Row>`select ${columns} from vault.suppression where ${sql.join(conditions, sql` and `)}
    order by since desc, fingerprint desc limit ${limit + 1}`;
}
