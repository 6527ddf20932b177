import type { ReadModelConnection } from '../connection/read-model.connection.js';
import { withTenant } from '../connection/tenant.transaction.js';
import { campaignStatusOf, type CampaignCount } from './campaign.status.js';
import { encodeCursor } from './cursor.js';
import {
  attemptsOf,
  campaignCounts,
  checkpointPosition,
  deliveriesOf,
  feedPage,
  outreachById,
  outreachPage,
  projectedOf,
  timelineOf,
  unknownPage,
} from './outreach.queries.js';
import { decisionsPage, spokenFor } from './decision.queries.js';
import { taskById, taskPage } from './assisted.queries.js';
import { balancesOf } from './ledger.queries.js';
import { conversionCounts, takenDeliveries } from './conversion.queries.js';
import { leadById, leadPage } from './lead.queries.js';
import { routingCounts } from './routing.queries.js';
import { sendHoursBetween } from './send-hour.queries.js';
import { PROJECTION } from './projection.name.js';
import type { OutreachDetail, Page, TenantQueries } from './read-model.port.js';

/** For the API: each call one transaction of one tenant, with the role `read_api` (or `read_analyst`). */
export function createTenantQueries({ db, schema }: ReadModelConnection): TenantQueries {
  return {
    findOutreach: (tenantId, outreachId) =>
      withTenant(db, tenantId, async (trx): Promise<OutreachDetail | undefined> => {
        const outreach = await outreachById(trx, tenantId, outreachId).executeTakeFirst();
        if (!outreach) return undefined;
        const deliveries = await deliveriesOf(trx, tenantId, outreachId).execute();
        const attempts = await attemptsOf(trx, tenantId, outreachId).execute();
        const attemptsOn = (deliveryId: string) => attempts.filter((attempt) => attempt.deliveryId === deliveryId);
        return {
          outreach,
          deliveries: deliveries.map((row) => ({ ...row, attemptList: attemptsOn(row.deliveryId) })),
        };
      }),
    timeline: (tenantId, outreachId) =>
      withTenant(db, tenantId, (trx) => timelineOf(trx, tenantId, outreachId).execute()),
    listOutreach: (filter) =>
      withTenant(db, filter.tenantId, async (trx) =>
        pageOf(await outreachPage(trx, filter).execute(), filter.limit, (row) => [row.acceptedAt, row.outreachId]),
      ),
    feedAfter: (resume) => withTenant(db, resume.tenantId, (trx) => feedPage(trx, resume).execute()),
    listUnknown: (filter) =>
      withTenant(db, filter.tenantId, async (trx) =>
        pageOf(await unknownPage(trx, filter).execute(), filter.limit, (row) => [
          row.unknownSince,
          row.deliveryId,
          String(row.attempt),
        ]),
      ),
    listTasks: (filter) =>
      withTenant(db, filter.tenantId, async (trx) =>
        pageOf(await taskPage(trx, filter).execute(), filter.limit, (row) => [
          row.requestedAt,
          row.deliveryId,
          String(row.attempt),
        ]),
      ),
    findTask: (of) => withTenant(db, of.tenantId, (trx) => taskById(trx, of).executeTakeFirst()),
    campaignStatus: (tenantId, campaignKey, accepted = []) =>
      withTenant(db, tenantId, async (trx) => {
        // In this order: one that is projected between the two is counted twice for a moment, never not at all.
        const projected = accepted.length === 0 ? [] : await projectedOf(trx, tenantId, accepted).execute();
        const counts = await campaignCounts(trx, tenantId, campaignKey).execute();
        return campaignStatusOf([...counts, ...waiting(accepted.length - projected.length)]);
      }),
    campaignBalances: (tenantId, campaignKeys, sinceDay) =>
      withTenant(db, tenantId, (trx) => balancesOf(trx, { tenantId, campaignKeys, sinceDay }).execute()),
    findLead: (tenantId, leadId) =>
      withTenant(db, tenantId, (trx) => leadById(trx, tenantId, leadId).executeTakeFirst()),
    listLeads: (filter) =>
      withTenant(db, filter.tenantId, async (trx) =>
        pageOf(await leadPage(trx, filter).execute(), filter.limit, (row) => [row.leadId]),
      ),
    campaignMessages: (tenantId, campaignKey) =>
      withTenant(db, tenantId, async (trx) =>
        Number((await takenDeliveries(trx, tenantId, campaignKey).executeTakeFirstOrThrow()).count),
      ),
    conversions: (tenantId, campaignKey) =>
      withTenant(db, tenantId, (trx) => conversionCounts(trx, tenantId, campaignKey).execute()),
    routing: (filter) => withTenant(db, filter.tenantId, (trx) => routingCounts(trx, filter).execute()),
    sendHours: (filter) =>
      withTenant(db, filter.tenantId, async (trx) => (await sendHoursBetween(schema, filter).execute(trx)).rows),
    decisions: (page) =>
      withTenant(db, page.tenantId, async (trx) => (await decisionsPage(schema, page).execute(trx)).rows),
    spokenFor: (filter) =>
      withTenant(db, filter.tenantId, async (trx) => (await spokenFor(schema, filter).execute(trx)).rows),
    currentPosition: async () => (await checkpointPosition(db, PROJECTION).executeTakeFirst())?.position ?? 0n,
  };
}

const waiting = (count: number): CampaignCount[] =>
  count === 0
    ? []
    : [{ state: 'accepted', refusalStep: null, refusalReason: null, outcomeReason: null, count: BigInt(count) }];

/** Cuts the row that was read only to see whether another page follows. */
function pageOf<Row>(found: readonly Row[], limit: number, keyOf: (row: Row) => string[]): Page<Row> {
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return found.length > limit && last !== undefined ? { rows, nextCursor: encodeCursor(keyOf(last)) } : { rows };
}
