import { sql } from 'kysely';
import type { ReadModelDb, ReadModelTransaction } from '../connection/read-model.connection.js';
import type { Instant } from '../tables/read-model.tables.js';

/** Conversions of one kind and currency; null: without a value. */
export interface ConversionCount {
  readonly kind: string;
  readonly currency: string | null;
  readonly count: bigint;
  /** Micro-units. */
  readonly valueMicros: bigint;
}

export const conversionCounts = (db: ReadModelDb | ReadModelTransaction, tenantId: string, campaignKey: string) =>
  db
    .selectFrom('conversions')
    .select(['kind', 'currency'])
    .select(sql<bigint>`count(*)`.as('count'))
    .select(sql<bigint>`coalesce(sum(value_micros), 0)::bigint`.as('valueMicros'))
    .where('tenantId', '=', tenantId)
    .where('campaignKey', '=', campaignKey)
    .groupBy(['kind', 'currency'])
    .orderBy('kind')
    .orderBy('currency');

export interface LastDelivered {
  readonly tenantId: string;
  readonly personId: string;
  readonly campaignKey: string;
  /** It had reached the person by then, */
  readonly by: Instant;
  /** and not before this instant. */
  readonly since: Instant;
}

/** The last outreach that had reached a person; who opened has received. Read by the index of the person. */
export const lastDelivered = (db: ReadModelDb, { tenantId, personId, campaignKey, by, since }: LastDelivered) => {
  const reached = sql<string>`coalesce(delivered_at, opened_at, clicked_at, responded_at)`;
  return db
    .selectFrom('outreach')
    .select('outreachId')
    .where('tenantId', '=', tenantId)
    .where('personId', '=', personId)
    .where('campaignKey', '=', campaignKey)
    .where(reached, '<=', by)
    .where(reached, '>=', since)
    .orderBy(reached, 'desc')
    .orderBy('outreachId', 'desc')
    .limit(1);
};

/** Deliveries of a campaign that a provider took: of one outreach as many as its chain had sent. */
export const takenDeliveries = (db: ReadModelDb | ReadModelTransaction, tenantId: string, campaignKey: string) =>
  db
    .selectFrom('outreach')
    .innerJoin('deliveryStatus', 'deliveryStatus.outreachId', 'outreach.outreachId')
    .select(sql<bigint>`count(*)`.as('count'))
    .where('outreach.tenantId', '=', tenantId)
    .where('outreach.campaignKey', '=', campaignKey)
    .where(sql<boolean>`coalesce(queued_at, delivery_status.sent_at) is not null`);
