import { sql } from 'kysely';
import type { ReadModelDb, ReadModelTransaction } from '../connection/read-model.connection.js';
import { decodeOutreachCursor, decodeUnknownCursor } from './cursor.js';
import type { OutreachFilter } from './read-model.port.js';

/** The tenant's queries as values. Row-level security holds the tenants apart; the tenant is named as well, for the index. */
type Db = ReadModelDb | ReadModelTransaction;

export const outreachById = (db: Db, tenantId: string, outreachId: string) =>
  db.selectFrom('outreach').selectAll().where('tenantId', '=', tenantId).where('outreachId', '=', outreachId);

export const deliveriesOf = (db: Db, tenantId: string, outreachId: string) =>
  db
    .selectFrom('deliveryStatus')
    .selectAll()
    .where('tenantId', '=', tenantId)
    .where('outreachId', '=', outreachId)
    .orderBy('leg');

export const attemptsOf = (db: Db, tenantId: string, outreachId: string) =>
  db
    .selectFrom('outreachAttempts')
    .selectAll()
    .where('tenantId', '=', tenantId)
    .where('outreachId', '=', outreachId)
    .orderBy('deliveryId')
    .orderBy('attempt');

export const timelineOf = (db: Db, tenantId: string, outreachId: string) =>
  db
    .selectFrom('outreachEvents')
    .selectAll()
    .where('tenantId', '=', tenantId)
    .where('outreachId', '=', outreachId)
    .orderBy('revision');

/** One row more than the page, which tells whether another follows. */
export function outreachPage(db: Db, filter: OutreachFilter) {
  const { tenantId, state, personId, campaignKey, limit } = filter;
  const after = filter.cursor === undefined ? undefined : decodeOutreachCursor(filter.cursor);
  return db
    .selectFrom('outreach')
    .selectAll()
    .where('tenantId', '=', tenantId)
    .$if(state !== undefined, (query) => query.where('state', '=', state!))
    .$if(personId !== undefined, (query) => query.where('personId', '=', personId!))
    .$if(campaignKey !== undefined, (query) => query.where('campaignKey', '=', campaignKey!))
    .$if(after !== undefined, (query) =>
      query.where(
        sql<boolean>`(accepted_at, outreach_id) < (${after!.acceptedAt}::timestamptz, ${after!.outreachId}::uuid)`,
      ),
    )
    .orderBy('acceptedAt', 'desc')
    .orderBy('outreachId', 'desc')
    .limit(limit + 1);
}

export const feedPage = (db: Db, resume: { tenantId: string; afterPosition: bigint; limit: number }) =>
  db
    .selectFrom('outreachEvents')
    .selectAll()
    .where('tenantId', '=', resume.tenantId)
    .where('position', '>', resume.afterPosition)
    .orderBy('position')
    .limit(resume.limit);

/** One row more than the page. */
export function unknownPage(db: Db, filter: { tenantId: string; cursor?: string; limit: number }) {
  const after = filter.cursor === undefined ? undefined : decodeUnknownCursor(filter.cursor);
  return db
    .selectFrom('unknownOutcomes')
    .selectAll()
    .where('tenantId', '=', filter.tenantId)
    .$if(after !== undefined, (query) =>
      query.where(
        sql<boolean>`(unknown_since, delivery_id, attempt) > (${after!.unknownSince}::timestamptz, ${after!.deliveryId}, ${after!.attempt})`,
      ),
    )
    .orderBy('unknownSince')
    .orderBy('deliveryId')
    .orderBy('attempt')
    .limit(filter.limit + 1);
}

/** Which of these have a row. */
export const projectedOf = (db: Db, tenantId: string, outreachIds: readonly string[]) =>
  db
    .selectFrom('outreach')
    .select('outreachId')
    .where('tenantId', '=', tenantId)
    .where(sql<boolean>`outreach_id = any(${[...outreachIds]}::uuid[])`);

export const campaignCounts = (db: Db, tenantId: string, campaignKey: string) =>
  db
    .selectFrom('outreach')
    .select(['state', 'refusalStep', 'refusalReason', 'outcomeReason'])
    .select(sql<bigint>`count(*)`.as('count'))
    .where('tenantId', '=', tenantId)
    .where('campaignKey', '=', campaignKey)
    .groupBy(['state', 'refusalStep', 'refusalReason', 'outcomeReason']);

export const checkpointPosition = (db: Db, name: string) =>
  db.selectFrom('checkpoint').select('position').where('name', '=', name);
