import { sql, type RawBuilder } from 'kysely';
import type { ReadModelDb } from '../connection/read-model.connection.js';
import type { Instant, TimetableRow } from '../tables/read-model.tables.js';

/** An outreach that belongs to a campaign. */
export interface CampaignMember {
  readonly outreachId: string;
  readonly tenantId: string;
  readonly campaignKey: string;
  readonly expiresAt: Instant;
}

/** An entry that is to be left alone until an instant, if it still stands as it was read. */
export interface Resting {
  readonly entry: Pick<TimetableRow, 'deliveryId' | 'kind' | 'wakeAt'>;
  readonly until: Instant;
}

export interface WakeCampaigns {
  readonly campaigns: readonly Pick<CampaignMember, 'tenantId' | 'campaignKey'>[];
  readonly now: Instant;
  /** Only what is due by then. */
  readonly dueUntil: Instant;
}

export const campaignMembers = (db: ReadModelDb, outreachIds: readonly string[]) =>
  db
    .selectFrom('outreach')
    .select(['outreachId', 'tenantId', 'expiresAt'])
    .select((of) => of.ref('campaignKey').$notNull().as('campaignKey'))
    .where('outreachId', '=', sql<string>`any(${outreachIds}::uuid[])`)
    .where('campaignKey', 'is not', null);

/** Compare and swap on the instant, so that whoever wakes it meanwhile wins. No wake is counted. */
export function restTimetable(schema: string, resting: readonly Resting[]): RawBuilder<unknown> {
  return sql`update ${sql.id(schema, 'timetable')} as t set wake_at = seen.until
    from unnest(${resting.map(({ entry }) => entry.deliveryId)}::text[], ${resting.map(({ entry }) => entry.kind)}::text[],
      ${resting.map(({ entry }) => entry.wakeAt)}::timestamptz[], ${resting.map(({ until }) => until)}::timestamptz[])
      as seen(delivery_id, kind, wake_at, until)
    where t.delivery_id = seen.delivery_id and t.kind = seen.kind and t.wake_at = seen.wake_at`;
}

/**
 * Starts of these campaigns that rested, or were put down unclaimed, may be woken now. What was dispatched once is from here on
 * not its committer's first dispatch: the bus may still know that one's id and would drop it.
 */
export function wakeCampaignTimetable(
  schema: string,
  { campaigns, now, dueUntil }: WakeCampaigns,
): RawBuilder<unknown> {
  return sql`update ${sql.id(schema, 'timetable')} as t
    set wake_at = least(t.wake_at, ${now}::timestamptz), wakes = greatest(t.wakes, 1)
    from unnest(${campaigns.map((c) => c.tenantId)}::uuid[], ${campaigns.map((c) => c.campaignKey)}::text[])
      as c(tenant_id, campaign_key)
    join ${sql.id(schema, 'outreach')} as o on o.tenant_id = c.tenant_id and o.campaign_key = c.campaign_key
    where t.outreach_id = o.outreach_id and t.kind = 'dispatch' and t.due_at <= ${dueUntil}::timestamptz`;
}
