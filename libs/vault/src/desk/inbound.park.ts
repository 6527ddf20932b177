import type { ProviderInbound } from '@homing/contracts';
import { sql } from 'kysely';
import type { VaultDatabase } from '../database/vault.tables.js';

/** A message or receipt that waits for the projection. Its content stays sealed. */
export interface ParkedInbound {
  readonly message: ProviderInbound;
  /** Of `$all`: it can be settled once the projection has come so far. */
  readonly position: bigint;
  /** Of its sender, as far as the vault knows; erasing the last of them erases the message. */
  readonly senders: readonly { readonly tenantId: string; readonly fingerprint: string }[];
}

export interface InboundPark {
  /** One that is parked already stays as it is. Committed when it resolves. */
  park(inbound: ParkedInbound, now: string): Promise<void>;
  /** Oldest first, those up to `position`; nobody else is given them before `until`. */
  take(wanted: { position: bigint; limit: number; now: string; until: string }): Promise<ProviderInbound[]>;
  remove(message: ProviderInbound): Promise<void>;
  count(): Promise<number>;
}

/** @param db connected as `vault_desk` */
export function createInboundPark(db: VaultDatabase): InboundPark {
  return {
    async park({ message, position, senders }, now) {
      const names = senders.map(({ tenantId, fingerprint }) => `${tenantId}/${fingerprint}`);
      await sql`
        insert into desk.parked_inbound (provider, event_digest, sealed_tenant, message, position, senders, parked_at)
        values (${message.provider}, ${message.eventDigest}, ${message.tenantId ?? ''}, ${JSON.stringify(message)}::jsonb,
          ${position}, ${names}::text[], ${now}) on conflict do nothing`.execute(db);
    },
    async take({ position, limit, now, until }) {
      const { rows } = await sql<{ message: ProviderInbound }>`
        with free as (
          select provider, event_digest, sealed_tenant from desk.parked_inbound
          where position <= ${position} and (taken_until is null or taken_until <= ${now}::timestamptz)
          order by parked_at limit ${limit} for update skip locked
        )
        update desk.parked_inbound p set taken_until = ${until}::timestamptz from free
        where (p.provider, p.event_digest, p.sealed_tenant) = (free.provider, free.event_digest, free.sealed_tenant)
        returning p.message, p.parked_at`.execute(db);
      return rows.map(({ message }) => message).sort((a, b) => Date.parse(a.receivedAt) - Date.parse(b.receivedAt));
    },
    async remove({ provider, eventDigest, tenantId = '' }) {
      await sql`delete from desk.parked_inbound where provider = ${provider} and event_digest = ${eventDigest}
        and sealed_tenant = ${tenantId}`.execute(db);
    },
    async count() {
      const { rows } = await sql<{ count: string }>`select count(*) as count from desk.parked_inbound`.execute(db);
      return Number(rows[0]?.count ?? 0);
    },
  };
}
