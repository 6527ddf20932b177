import type { FieldFault } from '@homing/contracts';
import { sql } from 'kysely';
import type { VaultDatabase } from '../database/vault.tables.js';
import type {
  BatchItem,
  BatchKeeper,
  ChunkRange,
  NewBatch,
  OpenBatch,
  OpenedBatch,
  ReleasedPlace,
} from './batch.types.js';

/** @param db connected as `vault_intake` */
export function createBatchKeeper(db: VaultDatabase): BatchKeeper {
  return {
    open: (batch) => open(db, batch),
    addItems: (batch, items) => addItems(db, batch, items),
    knownPlaces: async (batchId) => {
      const { rows } = await sql<{ place: number; faults: string | null }>`
        select item_index as place, faults from vault.batch_item where batch_id = ${batchId}`.execute(db);
      return new Map(
        rows.map(({ place, faults }) => [place, faults === null ? [] : (JSON.parse(faults) as FieldFault[])]),
      );
    },
    accept: (batchId, acceptedAt) => accept(db, batchId, acceptedAt),
    listOpen: (limit) => listOpen(db, limit),
    release: (chunk) => release(db, chunk),
    withhold: (chunk) => withhold(db, chunk),
    countUnderWay: async (limit) => {
      const { rows } = await sql<{ n: number }>`select count(*)::int as n from (
        select from vault.sealed_request where fed_at is null and not held and released_at > now() - interval '10 minutes'
        limit ${limit}) as under_way`.execute(db);
      return rows[0]?.n ?? 0;
    },
    countWaiting: async () => {
      const { rows } = await sql<{ n: number }>`select count(*)::int as n
        from vault.batch b join vault.batch_item i using (batch_id)
        where b.accepted_at is not null and b.closed_at is null
          and i.outreach_id is not null and i.released_at is null and i.withheld_at is null`.execute(db);
      return rows[0]?.n ?? 0;
    },
    close: async ({ batchId, cancelledBy }) => {
      await sql`update vault.batch set closed_at = now() where batch_id = ${batchId} and closed_at is null
        and (cancel_requested_at is not null) = ${cancelledBy !== undefined}`.execute(db);
    },
    reopen: async (closedBefore) => {
      const { numAffectedRows } = await sql`update vault.batch set closed_at = null
        where closed_at < ${closedBefore}::timestamptz and accepted > 0`.execute(db);
      return Number(numAffectedRows ?? 0n);
    },
  };
}

async function open(db: VaultDatabase, batch: NewBatch): Promise<OpenedBatch> {
  const { batchId, tenantId, digest, items, chunkSize, receivedAt } = batch;
  await sql`insert into vault.batch (batch_id, tenant_id, digest, items, chunk_size, received_at)
    values (${batchId}, ${tenantId}, ${digest}, ${items}, ${chunkSize}, ${receivedAt}) on conflict do nothing`.execute(
    db,
  );
  const row = await db.selectFrom('vault.batch').selectAll().where('batch_id', '=', batchId).executeTakeFirstOrThrow();
  if (!row.digest.equals(digest)) return { kind: 'different_content' };
  return {
    kind: 'open',
    receivedAt: row.received_at.toISOString(),
    chunkSize: row.chunk_size,
    accepted: row.accepted_at !== null,
  };
}

async function addItems(
  db: VaultDatabase,
  { batchId, tenantId }: Pick<NewBatch, 'batchId' | 'tenantId'>,
  items: readonly BatchItem[],
): Promise<void> {
  const sealed = items.map((item) => (item.kind === 'sealed' ? item : undefined));
  // As text: what a caller says may hold what Postgres' own JSON refuses, but for the one character that no text of its can.
  const faults = items.map((item) => (item.kind === 'refused' ? JSON.stringify(item.faults) : null));
  await sql`insert into vault.batch_item (batch_id, tenant_id, item_index, outreach_id, request_id, earlier, faults)
    select ${batchId}::uuid, ${tenantId}::uuid, * from unnest(${items.map(({ index }) => index)}::int[],
      ${sealed.map((item) => item?.outreachId ?? null)}::uuid[],
      ${items.map(({ requestId }, i) => (sealed[i] ? (requestId ?? null) : null))}::text[],
      ${sealed.map((item) => item?.earlier ?? false)}::boolean[], ${faults}::text[])
    on conflict do nothing`.execute(db);
}

async function accept(db: VaultDatabase, batchId: string, acceptedAt: string): Promise<void> {
  const { rows } = await sql`
    with found as (
      select count(outreach_id)::int as accepted, count(faults)::int as refused from vault.batch_item where batch_id = ${batchId}
    )
    update vault.batch b set accepted = f.accepted, refused = f.refused, accepted_at = ${acceptedAt}::timestamptz,
      closed_at = case when f.accepted = 0 then now() end
    from found f where b.batch_id = ${batchId} and b.accepted_at is null and f.accepted + f.refused = b.items
    returning 1`.execute(db);
  if (rows.length > 0) return;
  // Asked by itself: who accepts the same call at this moment is seen only by a statement that begins after it.
  const standing = await sql`
    select from vault.batch where batch_id = ${batchId} and accepted_at is not null`.execute(db);
  if (standing.rows.length === 0) throw new Error('a batch was to be accepted before all of its items were kept');
}

async function listOpen(db: VaultDatabase, limit: number): Promise<OpenBatch[]> {
  const rows = await db
    .selectFrom('vault.batch')
    .selectAll()
    .where('accepted_at', 'is not', null)
    .where('closed_at', 'is', null)
    .orderBy('received_at')
    .orderBy('batch_id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    batchId: row.batch_id,
    tenantId: row.tenant_id,
    items: row.items,
    accepted: row.accepted ?? 0,
    refused: row.refused ?? 0,
    chunkSize: row.chunk_size,
    receivedAt: row.received_at.toISOString(),
    acceptedAt: (row.accepted_at ?? row.received_at).toISOString(),
    ...(row.cancel_requested_at === null ? {} : { cancelledBy: row.cancel_requested_by ?? '' }),
  }));
}

/** One statement: an item is released with its sealed request, or not at all. */
async function release(db: VaultDatabase, { batchId, from, to }: ChunkRange): Promise<ReleasedPlace[]> {
  const { rows } = await sql<ReleasedPlace>`
    with chunk as (
      update vault.batch_item set released_at = coalesce(released_at, now())
      where batch_id = ${batchId} and item_index >= ${from} and item_index < ${to}
        and outreach_id is not null and withheld_at is null
      returning item_index, outreach_id
    ), freed as (
      update vault.sealed_request r set held = false, released_at = now()
      from chunk c where r.outreach_id = c.outreach_id and r.held returning 1
    )
    select c.item_index as index, c.outreach_id as "outreachId", r.fed_at is not null as fed
    from chunk c join vault.sealed_request r using (outreach_id) order by c.item_index`.execute(db);
  return rows;
}

async function withhold(db: VaultDatabase, { batchId, from, to }: ChunkRange): ReturnType<BatchKeeper['withhold']> {
  const chunk = sql`batch_id = ${batchId} and item_index >= ${from} and item_index < ${to} and outreach_id is not null`;
  await sql`update vault.batch_item set withheld_at = now()
    where ${chunk} and released_at is null and withheld_at is null`.execute(db);
  const { rows } = await sql<{ index: number; outreachId: string; withheld: boolean }>`
    select item_index as index, outreach_id as "outreachId", withheld_at is not null as withheld
    from vault.batch_item where ${chunk} order by item_index`.execute(db);
  const released = rows.filter((row) => !row.withheld).map(({ index, outreachId }) => ({ index, outreachId }));
  return { withheld: rows.length - released.length, released };
}
