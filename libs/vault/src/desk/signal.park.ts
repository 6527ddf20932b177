import { sql } from 'kysely';
import type { VaultDatabase } from '../database/vault.tables.js';
import type { ExpiredSignal, PlacedSignal, SignalPark } from './desk.types.js';

const keyColumns = sql`provider, provider_event_id as "providerEventId", fact`;
const columns = sql`${keyColumns}, tenant_id as "tenantId", channel, provider_message_id as "providerMessageId",
  delivery_id as "deliveryId", cause, signal, occurred_at as "occurredAt", received_at as "receivedAt", parked_at as "parkedAt"`;

type Row<S> = Omit<PlacedSignal<S>, 'occurredAt' | 'receivedAt' | 'parkedAt'> &
  Record<'occurredAt' | 'receivedAt' | 'parkedAt', Date>;

/** @param db connected as `vault_desk` */
export function createSignalPark<S>(db: VaultDatabase): SignalPark<S> {
  return {
    async park(signals, times) {
      if (signals.length === 0) return 0;
      const { numAffectedRows } = await sql`
        insert into desk.unmatched_signal (provider, provider_event_id, fact, tenant_id, channel, provider_message_id, delivery_id,
          cause, signal, occurred_at, received_at, parked_at, expires_at)
        select distinct on (provider, "providerEventId", fact) provider, "providerEventId", fact, "tenantId", channel,
          "providerMessageId", "deliveryId", cause, signal, "occurredAt", "receivedAt", ${times.now}::timestamptz,
          ${times.expiresAt}::timestamptz
        from json_to_recordset(${JSON.stringify(signals)}::json) as w (provider text, "providerEventId" text, fact text,
          "tenantId" uuid, channel text, "providerMessageId" text, "deliveryId" text, cause text, signal jsonb,
          "occurredAt" timestamptz, "receivedAt" timestamptz)
        on conflict do nothing`.execute(db);
      return Number(numAffectedRows ?? 0);
    },
    async list({ since, after, limit }) {
      const further = after
        ? sql`and (parked_at, provider, provider_event_id, fact) >
            (${after.parkedAt}::timestamptz, ${after.provider}, ${after.providerEventId}, ${after.fact})`
        : sql``;
      const { rows } = await sql<Row<S>>`select ${columns} from desk.unmatched_signal
        where parked_at >= ${since}::timestamptz ${further}
        order by parked_at, provider, provider_event_id, fact limit ${limit}`.execute(db);
      return rows.map((row) => ({
        ...row,
        occurredAt: row.occurredAt.toISOString(),
        receivedAt: row.receivedAt.toISOString(),
        parkedAt: row.parkedAt.toISOString(),
      }));
    },
    async remove(keys) {
      if (keys.length === 0) return;
      await sql`delete from desk.unmatched_signal where (provider, provider_event_id, fact) in
        (select * from unnest(${keys.map((k) => k.provider)}::text[], ${keys.map((k) => k.providerEventId)}::text[],
          ${keys.map((k) => k.fact)}::text[]))`.execute(db);
    },
    async expire(now) {
      const { rows } =
        await sql<ExpiredSignal>`delete from desk.unmatched_signal where expires_at <= ${now}::timestamptz
        returning ${keyColumns}, tenant_id as "tenantId", delivery_id as "deliveryId", cause`.execute(db);
      return rows;
    },
    async keepNewest(most) {
      const { numAffectedRows } =
        await sql`delete from desk.unmatched_signal where (provider, provider_event_id, fact) in
        (select provider, provider_event_id, fact from desk.unmatched_signal
          order by parked_at desc, provider desc, provider_event_id desc, fact desc offset ${most})`.execute(db);
      return Number(numAffectedRows ?? 0);
    },
    async count() {
      const { rows } = await sql<{ count: string }>`select count(*) as count from desk.unmatched_signal`.execute(db);
      return Number(rows[0]?.count ?? 0);
    },
  };
}
