import type { Channel } from '@homing/contracts';
import { sql } from 'kysely';
import type { VaultDatabase } from '../database/vault.tables.js';
import type { ContactRef } from './suppression.types.js';

/** Somebody who is known under an address; several where several were given it. */
export type SenderOf = ContactRef & { readonly personId: string };
/** What was sent to `asked` reached the person under `alias`: fingerprints of the same tenant. */
export type ContactAlias = { readonly tenantId: string; readonly alias: string; readonly asked: string };
export type LastInbound = ContactRef & { readonly channel: Channel; readonly at: string };

/** For the orchestrator (role `vault_intake`): whose an address is, and when it last wrote to us. Over all tenants. */
export type SenderBook = {
  /** Of the tenants that are active. */
  tenantIds(): Promise<string[]>;
  personsAt(refs: readonly ContactRef[]): Promise<SenderOf[]>;
  /** Committed when it returns; again: nothing new. */
  noteAlias(alias: ContactAlias): Promise<void>;
  /** The other addresses of whoever these belong to, as providers said, whichever of them is named; without those named. */
  aliasesOf(refs: readonly ContactRef[]): Promise<ContactRef[]>;
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
    async noteAlias({ tenantId, alias, asked }) {
      await sql`insert into vault.contact_alias (tenant_id, alias, asked) values (${tenantId}, ${alias}, ${asked})
        on conflict do nothing`.execute(db);
    },
    async aliasesOf(refs) {
      if (refs.length === 0) return [];
      const { rows } = await sql<ContactRef>`
        with named as materialized (select * from ${wanted(refs)})
        select tenant_id as "tenantId", fingerprint from (
          select a.tenant_id, a.asked as fingerprint from vault.contact_alias a
            join named w on w.tenant_id = a.tenant_id and w.fingerprint = a.alias
          union select a.tenant_id, a.alias from vault.contact_alias a
            join named w on w.tenant_id = a.tenant_id and w.fingerprint = a.asked
          except select tenant_id, fingerprint from named) others
        order by 1, 2`.execute(db);
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
