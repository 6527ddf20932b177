import { sql } from 'kysely';
import type { OutreachStateName } from '@homing/domain';
import type { ReadModelConnection, ReadModelDb, ReadModelTransaction } from '../connection/read-model.connection.js';
import { withTenant } from '../connection/tenant.transaction.js';
import { campaignStatusOf, type CampaignCount } from './campaign.status.js';
import type { CampaignStatus } from './read-model.port.js';

type Db = ReadModelDb | ReadModelTransaction;

/** What became of the items of one batch that were handed over. Those without a row yet are not counted. */
export interface BatchCounts extends CampaignStatus {
  readonly decided: number;
  /** Of how many it was ever said. */
  readonly sentOnce: number;
  readonly delivered: number;
  readonly opened: number;
  readonly clicked: number;
  readonly responded: number;
}

export interface BatchOutreach {
  readonly itemIndex: number;
  readonly outreachId: string;
  readonly state: OutreachStateName;
  readonly channelUsed: string | null;
  readonly sendAt: string | null;
  readonly refusalStep: string | null;
  readonly refusalReason: string | null;
  readonly outcomeReason: string | null;
}

/** For the API: each call one transaction of one tenant, with the role `read_api`. */
export interface BatchQueries {
  counts(tenantId: string, batchId: string): Promise<BatchCounts>;
  /** By place: of these places, or those in one state after a place. Items without a row yet are left out. */
  items(tenantId: string, batchId: string, wish: BatchItemWish): Promise<BatchOutreach[]>;
}

export type BatchItemWish =
  | { readonly indexes: readonly number[] }
  | { readonly state: OutreachStateName; readonly after: number; readonly limit: number };

export function createBatchQueries({ db }: ReadModelConnection): BatchQueries {
  return {
    counts: (tenantId, batchId) =>
      withTenant(db, tenantId, async (trx) => countsOf(await batchCounts(trx, tenantId, batchId).execute())),
    items: (tenantId, batchId, wish) =>
      withTenant(db, tenantId, (trx) => batchItems(trx, { tenantId, batchId, wish }).execute()),
  };
}

const MILESTONES = ['decidedAt', 'sentAt', 'deliveredAt', 'openedAt', 'clickedAt', 'respondedAt'] as const;

export const batchCounts = (db: Db, tenantId: string, batchId: string) =>
  db
    .selectFrom('batchItems as i')
    .innerJoin('outreach as o', 'o.outreachId', 'i.outreachId')
    .select(['o.state', 'o.refusalStep', 'o.refusalReason', 'o.outcomeReason'])
    .select(sql<bigint>`count(*)`.as('count'))
    .select(({ fn }) => MILESTONES.map((column) => fn.count<bigint>(`o.${column}`).as(column)))
    .where('i.tenantId', '=', tenantId)
    .where('o.tenantId', '=', tenantId)
    .where('i.batchId', '=', batchId)
    .groupBy(['o.state', 'o.refusalStep', 'o.refusalReason', 'o.outcomeReason']);

type CountRow = CampaignCount & Readonly<Record<(typeof MILESTONES)[number], bigint>>;

function countsOf(rows: readonly CountRow[]): BatchCounts {
  const sum = (column: (typeof MILESTONES)[number]): number =>
    rows.reduce((total, row) => total + Number(row[column]), 0);
  return {
    ...campaignStatusOf(rows),
    decided: sum('decidedAt'),
    sentOnce: sum('sentAt'),
    delivered: sum('deliveredAt'),
    opened: sum('openedAt'),
    clicked: sum('clickedAt'),
    responded: sum('respondedAt'),
  };
}

export function batchItems(db: Db, of: { tenantId: string; batchId: string; wish: BatchItemWish }) {
  const { tenantId, batchId, wish } = of;
  const items = db
    .selectFrom('batchItems as i')
    .innerJoin('outreach as o', 'o.outreachId', 'i.outreachId')
    .select(['i.itemIndex', 'i.outreachId', 'o.state', 'o.channelUsed', 'o.sendAt'])
    .select(['o.refusalStep', 'o.refusalReason', 'o.outcomeReason'])
    .where('i.tenantId', '=', tenantId)
    .where('o.tenantId', '=', tenantId)
    .where('i.batchId', '=', batchId)
    .orderBy('i.itemIndex');
  if ('indexes' in wish) return items.where(sql<boolean>`i.item_index = any(${[...wish.indexes]}::int[])`);
  return items.where('o.state', '=', wish.state).where('i.itemIndex', '>', wish.after).limit(wish.limit);
}
