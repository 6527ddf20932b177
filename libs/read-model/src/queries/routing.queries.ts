import { sql } from 'kysely';
import type { ReadModelDb, ReadModelTransaction } from '../connection/read-model.connection.js';
import type { RoutingHourRow } from '../tables/analytics.tables.js';
import type { Instant } from '../tables/read-model.tables.js';

export interface RoutingFilter {
  readonly tenantId: string;
  /** Outreach accepted from this hour on. */
  readonly from: Instant;
  /** And before this one. */
  readonly to: Instant;
  readonly campaignKey?: string;
  /** Of counts that are of a channel, this one's only. */
  readonly channel?: string;
}

/** The counts of several hours together. */
export type RoutingCount = Omit<RoutingHourRow, 'tenantId' | 'hour' | 'campaignKey'>;

/** Reads the hours of one tenant by the primary key: their number does not grow with that of messages. */
export const routingCounts = (db: ReadModelDb | ReadModelTransaction, filter: RoutingFilter) => {
  const { tenantId, from, to, campaignKey, channel } = filter;
  return db
    .selectFrom('routingHours')
    .select(['measure', 'channel', 'place', 'step', 'reason'])
    .select(sql<bigint>`sum(count)::bigint`.as('count'))
    .where('tenantId', '=', tenantId)
    .where('hour', '>=', from)
    .where('hour', '<', to)
    .$if(campaignKey !== undefined, (query) => query.where('campaignKey', '=', campaignKey!))
    .$if(channel !== undefined, (query) => query.where(sql<boolean>`channel in (${channel}, '')`))
    .groupBy(['measure', 'channel', 'place', 'step', 'reason'])
    .orderBy('measure')
    .orderBy('place')
    .orderBy('count', 'desc')
    .orderBy(sql`channel, step, reason`);
};
