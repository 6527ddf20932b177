import { sql, type RawBuilder } from 'kysely';
import type { ReadModelDb, ReadModelTransaction } from '../connection/read-model.connection.js';
import type { OpenReservationRow } from '../tables/ledger.tables.js';
import type { Instant } from '../tables/read-model.tables.js';

/** An outreach whose reservations may be nobody's. */
export interface StaleReservation {
  readonly outreachId: string;
  readonly tenantId: string;
}

export interface StaleFilter {
  /** Reserved before. */
  readonly before: Instant;
  readonly limit: number;
}

/**
 * Outreach with reservations open since before an instant that nothing under way explains: never decided, refused, or settled with no
 * attempt left whose outcome is still to come.
 * Those of a plan that is still running are left out; a foreign book among them is found when they settle.
 */
export const staleReservations = (schema: string, { before, limit }: StaleFilter): RawBuilder<StaleReservation> =>
  sql<StaleReservation>`select r.outreach_id, min(r.tenant_id::text) as tenant_id
    from ${sql.id(schema, 'open_reservations')} as r
    left join ${sql.id(schema, 'outreach')} as o on o.outreach_id = r.outreach_id
    where r.reserved_at < ${before}::timestamptz
      and (o.outreach_id is null or o.refusal_step is not null or (o.settled_at < ${before}::timestamptz
        and not exists (select from ${sql.id(schema, 'timetable')} as t where t.outreach_id = o.outreach_id)))
    group by r.outreach_id order by min(r.reserved_at) limit ${limit}`;

export const openReservationsOf = (schema: string, outreachId: string): RawBuilder<OpenReservationRow> =>
  sql<OpenReservationRow>`select stream, key, tenant_id, outreach_id, kind, amount, reserved_at, updated_position
    from ${sql.id(schema, 'open_reservations')} where outreach_id = ${outreachId}::uuid`;

export interface BalanceFilter {
  readonly tenantId: string;
  readonly campaignKeys: readonly string[];
  /** Days before it are left out; without it every day is. */
  readonly sinceDay?: string | undefined;
}

export const balancesOf = (
  db: ReadModelDb | ReadModelTransaction,
  { tenantId, campaignKeys, sinceDay }: BalanceFilter,
) =>
  db
    .selectFrom('ledgerBalances')
    .selectAll()
    .where('tenantId', '=', tenantId)
    .where('campaignKey', '=', sql<string>`any(${campaignKeys}::text[])`)
    .where((of) => of.or([of('day', 'is', null), ...(sinceDay === undefined ? [] : [of('day', '>=', sinceDay)])]))
    .orderBy('campaignKey')
    .orderBy(sql`day nulls first`)
    .orderBy('kind');
