import { sql } from 'kysely';
import type { Transaction } from 'kysely';
import type { VaultTables } from '../database/vault.tables.js';
import { decodeCursor, encodeCursor } from '../database/page.cursor.js';
import type { LetterOwner, PageOf, SeenSignal, SignalCount, SignalFilter, Viewer } from './letters.types.js';
import { ownedBy } from './owner.condition.js';

type Trx = Transaction<VaultTables>;
type Times = 'occurredAt' | 'receivedAt' | 'parkedAt' | 'expiresAt';
type Row = Omit<SeenSignal, Times> & Record<Times, Date>;

export async function listSignals(trx: Trx, viewer: Viewer, filter: SignalFilter): Promise<PageOf<SeenSignal>> {
  const { owner, provider, cursor, limit } = filter;
  const conditions = [ownedBy(viewer, owner), ...(provider === undefined ? [] : [sql`provider = ${provider}`])];
  if (cursor !== undefined) {
    const [receivedAt, ...key] = decodeCursor(cursor, 3);
    conditions.push(
      sql`(received_at, provider, provider_event_id, fact) < (${receivedAt}::timestamptz, ${sql.join(key)})`,
    );
  }
  const { rows } =
    await sql<Row>`select provider, provider_event_id as "providerEventId", fact, tenant_id as "tenantId", channel,
      provider_message_id as "providerMessageId", delivery_id as "deliveryId", cause, occurred_at as "occurredAt",
      received_at as "receivedAt", parked_at as "parkedAt", expires_at as "expiresAt"
    from desk.unmatched_signal where ${sql.join(conditions, sql` and `)}
    order by received_at desc, provider desc, provider_event_id desc, fact desc limit ${limit + 1}`.execute(trx);
  const items = rows.slice(0, limit).map((row) => ({
    ...row,
    occurredAt: row.occurredAt.toISOString(),
    receivedAt: row.receivedAt.toISOString(),
    parkedAt: row.parkedAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
  }));
  const last = items.at(-1);
  if (rows.length <= limit || last === undefined) return { items };
  return { items, nextCursor: encodeCursor([last.receivedAt, last.provider, last.providerEventId, last.fact]) };
}

export async function countSignals(trx: Trx, viewer: Viewer, owner: LetterOwner): Promise<SignalCount[]> {
  const { rows } = await sql<Omit<SignalCount, 'count'> & { count: string }>`select provider, cause, count(*) as count
    from desk.unmatched_signal where ${ownedBy(viewer, owner)} group by provider, cause order by provider, cause`.execute(
    trx,
  );
  return rows.map(({ count, ...row }) => ({ ...row, count: Number(count) }));
}
