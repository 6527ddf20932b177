import { sql } from 'kysely';
import { decodeCursor, encodeCursor, InvalidCursorError } from '../database/page.cursor.js';
import { withTenant } from '../database/vault.database.js';
import type { VaultDatabase } from '../database/vault.tables.js';
import { campaignColumns, loadCampaigns, loadTenants, withInstant } from './registry.queries.js';
import type { Campaign } from './registry.types.js';
import type { CampaignFilter, SettingsView } from './settings.types.js';

export const createSettingsView = (db: VaultDatabase): SettingsView => ({
  listCampaigns: async (filter) => {
    const page = campaignsPage(filter);
    const { rows } = await withTenant(db, filter.tenantId, (trx) => page.execute(trx));
    const items = rows.slice(0, filter.limit).map(withInstant);
    const last = items.at(-1);
    if (rows.length <= filter.limit || last === undefined) return { items };
    return { items, nextCursor: encodeCursor([last.createdAt, last.id]) };
  },
  readCampaign: async (ref) => {
    if (ref.campaignId.includes('\u0000') || !ref.campaignId.isWellFormed()) return undefined;
    return (await withTenant(db, ref.tenantId, (trx) => loadCampaigns(trx, [ref])))[0];
  },
  readTenant: async (tenantId) => (await withTenant(db, tenantId, (trx) => loadTenants(trx, [tenantId])))[0],
});

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** To the millisecond, as the cursor says it. */
const made = sql`date_trunc('milliseconds', c.created_at)`;

function campaignsPage({ tenantId, status, budgeted, cursor, limit }: CampaignFilter) {
  const conditions = [
    sql`c.tenant_id = ${tenantId}`,
    ...(status === undefined ? [] : [sql`c.status = ${status}`]),
    ...(budgeted ? [sql`coalesce(c.settings -> 'budget', '{}') <> '{}'`] : []),
  ];
  if (cursor !== undefined) {
    const [createdAt, id = ''] = decodeCursor(cursor, 1);
    if (!uuid.test(id)) throw new InvalidCursorError();
    conditions.push(sql`(${made}, c.id) < (${createdAt}::timestamptz, ${id}::uuid)`);
  }
  return sql<Campaign>`select ${campaignColumns} from registry.campaign c where ${sql.join(conditions, sql` and `)}
    order by ${made} desc, c.id desc limit ${limit + 1}`;
}
