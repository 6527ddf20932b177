import type { ReadModelDb, ReadModelTransaction } from '../connection/read-model.connection.js';
import type { LeadStatus } from '../tables/lead.tables.js';
import { decodeLeadCursor } from './cursor.js';

export interface LeadFilter {
  readonly tenantId: string;
  readonly status?: LeadStatus;
  /** Of the page before; absent for the first. @throws InvalidCursorError */
  readonly cursor?: string;
  /** 1..500 */
  readonly limit: number;
}

type Db = ReadModelDb | ReadModelTransaction;

export const leadById = (db: Db, tenantId: string, leadId: string) =>
  db.selectFrom('leads').selectAll().where('tenantId', '=', tenantId).where('leadId', '=', leadId);

/** One row more than the page. */
export const leadPage = (db: Db, { tenantId, status, cursor, limit }: LeadFilter) => {
  const after = cursor === undefined ? undefined : decodeLeadCursor(cursor);
  return db
    .selectFrom('leads')
    .selectAll()
    .where('tenantId', '=', tenantId)
    .$if(status !== undefined, (query) => query.where('status', '=', status!))
    .$if(after !== undefined, (query) => query.where('leadId', '>', after!))
    .orderBy('leadId')
    .limit(limit + 1);
};
