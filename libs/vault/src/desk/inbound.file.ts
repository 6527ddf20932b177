import type { Channel, InboundClass } from '@homing/contracts';
import { sql } from 'kysely';
import type { VaultDatabase } from '../database/vault.tables.js';

/** One message somebody wrote, as it is filed. The text stays sealed as ingestion sealed it. */
export type NewInbound = {
  readonly id: string;
  /** Null: nobody can tell whose it is. */
  readonly tenantId: string | null;
  /** As it was sealed. */
  readonly sealedTenant: string | null;
  readonly provider: string;
  readonly eventDigest: string;
  readonly channel: Channel;
  readonly class: InboundClass;
  readonly fingerprint: string | null;
  readonly mask: string | null;
  readonly outreachId: string | null;
  readonly deliveryId: string | null;
  readonly occurredAt: string;
  readonly receivedAt: string;
  /** Base64. */
  readonly sealed: string;
};

/** What opening one needs. `sealed` is null once its person was erased. */
export type FiledInbound = Pick<NewInbound, 'id' | 'tenantId' | 'sealedTenant' | 'provider' | 'eventDigest'> & {
  readonly channel: Channel;
  readonly receivedAt: string;
  readonly sealed: string | null;
};

export type InboundFile = {
  /** One that is filed already stays as it is. True: it is new. Committed when it resolves. */
  file(inbound: NewInbound): Promise<boolean>;
  find(id: string): Promise<FiledInbound | undefined>;
  /** To be awaited before the text leaves. */
  noteRead(inbound: Pick<FiledInbound, 'id' | 'tenantId'>, actor: string): Promise<void>;
};

/** @param db connected as `vault_desk` */
export function createInboundFile(db: VaultDatabase): InboundFile {
  return {
    async file(row) {
      const { numAffectedRows } = await sql`
        insert into desk.inbound_message (id, tenant_id, sealed_tenant, provider, event_digest, channel, class, fingerprint, mask,
          outreach_id, delivery_id, occurred_at, received_at, sealed)
        values (${row.id}, ${row.tenantId}, ${row.sealedTenant}, ${row.provider}, ${row.eventDigest}, ${row.channel}, ${row.class},
          ${row.fingerprint}, ${row.mask}, ${row.outreachId}, ${row.deliveryId}, ${row.occurredAt}, ${row.receivedAt}, ${row.sealed})
        on conflict do nothing`.execute(db);
      return numAffectedRows === 1n;
    },
    async find(id) {
      const { rows } = await sql<Omit<FiledInbound, 'receivedAt'> & { receivedAt: Date }>`
        select id, tenant_id as "tenantId", sealed_tenant as "sealedTenant", provider, event_digest as "eventDigest", channel,
          received_at as "receivedAt", sealed from desk.inbound_message where id = ${id}`.execute(db);
      return rows[0] && { ...rows[0], receivedAt: rows[0].receivedAt.toISOString() };
    },
    async noteRead({ id, tenantId }, actor) {
      await sql`insert into desk.action (letter_id, tenant_id, actor, action)
        values (${id}, ${tenantId}, ${actor}, 'content_read')`.execute(db);
    },
  };
}
