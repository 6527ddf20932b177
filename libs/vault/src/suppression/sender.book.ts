import type { Channel } from '@homing/contracts';
import { sql } from 'kysely';
import type { VaultDatabase } from '../database/vault.tables.js';
import type { ContactRef } from './suppression.types.js';

/** Somebody who is known under an address; several where several were given it. */
export type SenderOf = ContactRef & { readonly personId: string };
export type LastInbound = ContactRef & { readonly channel: Channel; readonly at: string };

/** For the orchestrator (role `vault_intake`): whose an address is, and when it last wrote to us. Over all tenants. */
export type SenderBook = {
  /** Of the tenants that are active. */
  tenantIds(): Promise<string[]>;
  personsAt(refs: readonly ContactRef[]): Promise<SenderOf[]>;
  /** The latest word counts, whatever order they come in. */
  noteInbound(word: LastInbound): Promise<void>;
  /** Those that ever wrote. */
  lastInbound(refs: readonly ContactRef[]): Promise<LastInbound[]>;
};

/** @param db connected as `vault_intake` */
export function createSenderBook(db: VaultDatabase): SenderBook {
  return {
    async tenantIds() {
      const { rows } = await sql<{ id: string }>`select id from registry.tenant where status = 'active'`.execute(db);
      return rows.map(({ id }) => id);
    },
    async personsAt(refs) {
      if (refs.length === 0) return [];
      const { rows } = await sql<SenderOf>`
        select a.tenant_id as "tenantId", a.fingerprint, a.person_id as "personId" from (
          select tenant_id, fingerprint, person_id from vault.person_address
          union select tenant_id, fingerprint, person_id from vault.person_ambiguity) a
        join ${wanted(refs)} using (tenant_id, fingerprint)`.execute(db);
      return rows;
    },
    async noteInbound({ tenantId, fingerprint, channel, at }) {
      await sql`insert into vault.last_inbound as l (tenant_id, fingerprint, channel, at)
        values (${tenantId}, ${fingerprint}, ${channel}, ${at})
        on conflict (tenant_id, fingerprint, channel) do update set at = excluded.at where excluded.at > l.at`.execute(
        db,
      );
    },
    async lastInbound(refs) {
      if (refs.length === 0) return [];
      const { rows } = await sql<Omit<LastInbound, 'at'> & { at: Date }>`
        select l.tenant_id as "tenantId", l.fingerprint, l.channel, l.at from vault.last_inbound l
        join ${wanted(refs)} using (tenant_id, fingerprint)`.execute(db);
      return rows.map(({ at, ...row }) => ({ ...row, at: at.toISOString() }));
    },
  };
}

const wanted = (refs: readonly ContactRef[]) => sql`(select distinct * from unnest(
  ${refs.map((ref) => ref.tenantId)}::uuid[], ${refs.map((ref) => ref.fingerprint)}::text[])) as w (tenant_id, fingerprint)`;
