import { sql } from 'kysely';
import type { FieldFault } from '@homing/contracts';
import { decodeCursor, encodeCursor, InvalidCursorError } from '../database/page.cursor.js';
import { withTenant } from '../database/vault.database.js';
import type { VaultDatabase } from '../database/vault.tables.js';
import type { BatchView, ItemFilter, SeenBatch, SeenItem } from './batch.types.js';

/** @param db connected as `vault_api`: row-level security shows the tenant's own batches */
export function createBatchView(db: VaultDatabase): BatchView {
  return {
    find: (tenantId, batchId) =>
      withTenant(db, tenantId, async (trx) => {
        const { rows } = await sql<BatchRow>`select ${columns} from vault.batch b
          where tenant_id = ${tenantId} and batch_id = ${batchId} and accepted_at is not null`.execute(trx);
        return rows[0] && toSeen(rows[0]);
      }),
    list: (tenantId, { limit, cursor }) =>
      withTenant(db, tenantId, async (trx) => {
        const { rows } = await sql<BatchRow>`select ${columns} from vault.batch b
          where tenant_id = ${tenantId} and accepted_at is not null and ${before(cursor)}
          order by received_at desc, batch_id desc limit ${limit + 1}`.execute(trx);
        const items = rows.slice(0, limit).map(toSeen);
        const last = items.at(-1);
        if (rows.length <= limit || last === undefined) return { items };
        return { items, nextCursor: encodeCursor([last.receivedAt, last.batchId]) };
      }),
    items: (tenantId, batchId, filter) =>
      withTenant(db, tenantId, async (trx) => {
        const { rows } =
          await sql<ItemRow>`select item_index as index, request_id as "requestId", outreach_id as "outreachId",
            earlier, faults, released_at is not null as released, withheld_at is not null as withheld
          from vault.batch_item where tenant_id = ${tenantId} and batch_id = ${batchId} and ${wanted(filter)}
          order by item_index limit ${filter.limit}`.execute(trx);
        return rows.map(toItem);
      }),
    requestCancel: (tenantId, batchId, by) =>
      withTenant(db, tenantId, async (trx) => {
        await sql`update vault.batch set cancel_requested_at = now(), cancel_requested_by = ${by}, closed_at = null
          where tenant_id = ${tenantId} and batch_id = ${batchId} and accepted_at is not null and accepted > 0
            and cancel_requested_at is null`.execute(trx);
        const { rows } = await sql`select from vault.batch
          where tenant_id = ${tenantId} and batch_id = ${batchId} and accepted_at is not null`.execute(trx);
        return rows.length > 0;
      }),
  };
}

const counted = (condition: ReturnType<typeof sql>) =>
  sql`(select count(*)::int from vault.batch_item i where i.batch_id = b.batch_id and ${condition})`;
const columns = sql`batch_id as "batchId", items, accepted, refused, received_at as "receivedAt", accepted_at as "acceptedAt",
  cancel_requested_at as "cancelRequestedAt", closed_at as "closedAt",
  case when cancel_requested_at is null then 0 else ${counted(sql`i.withheld_at is not null`)} end as withheld,
  case when closed_at is not null and cancel_requested_at is null then accepted
    else ${counted(sql`i.released_at is not null`)} end as released`;

type BatchRow = Pick<SeenBatch, 'batchId' | 'items' | 'accepted' | 'refused' | 'withheld' | 'released'> & {
  readonly receivedAt: Date;
  readonly acceptedAt: Date;
  readonly cancelRequestedAt: Date | null;
  readonly closedAt: Date | null;
};

function toSeen({ receivedAt, acceptedAt, cancelRequestedAt, closedAt, ...row }: BatchRow): SeenBatch {
  return {
    ...row,
    receivedAt: receivedAt.toISOString(),
    acceptedAt: acceptedAt.toISOString(),
    ...(cancelRequestedAt === null ? {} : { cancelRequestedAt: cancelRequestedAt.toISOString() }),
    ...(closedAt === null ? {} : { closedAt: closedAt.toISOString() }),
  };
}

type ItemRow = Omit<SeenItem, 'requestId' | 'outreachId' | 'faults'> & {
  readonly requestId: string | null;
  readonly outreachId: string | null;
  readonly faults: string | null;
};

const toItem = ({ requestId, outreachId, faults, ...row }: ItemRow): SeenItem => ({
  ...row,
  ...(requestId === null ? {} : { requestId }),
  ...(outreachId === null ? {} : { outreachId }),
  ...(faults === null ? {} : { faults: JSON.parse(faults) as FieldFault[] }),
});

function wanted({ after, kind, indexes, outreachId }: ItemFilter) {
  const conditions = [
    sql`true`,
    ...(after === undefined ? [] : [sql`item_index > ${after}`]),
    ...(indexes === undefined ? [] : [sql`item_index = any(${[...indexes]}::int[])`]),
    ...(outreachId === undefined ? [] : [sql`outreach_id = ${outreachId}::uuid`]),
    ...(kind === 'refused' ? [sql`faults is not null`] : []),
    ...(kind === 'waiting' ? [sql`outreach_id is not null and released_at is null and withheld_at is null`] : []),
    ...(kind === 'withheld' ? [sql`withheld_at is not null`] : []),
  ];
  return sql.join(conditions, sql` and `);
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function before(cursor: string | undefined) {
  if (cursor === undefined) return sql`true`;
  const [receivedAt = '', batchId = ''] = decodeCursor(cursor, 1);
  if (!UUID.test(batchId)) throw new InvalidCursorError();
  return sql`(received_at, batch_id) < (${receivedAt}::timestamptz, ${batchId}::uuid)`;
}
