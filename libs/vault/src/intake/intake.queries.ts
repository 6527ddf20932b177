import { sql } from 'kysely';
import type { VaultDatabase } from '../database/vault.tables.js';
import type { IdentityPlan, IdentityRow } from './identity.plan.js';
import type { PreparedItem } from './request.preparation.js';

export type StoredRequest = {
  readonly outreachId: string;
  readonly personId: string;
  readonly digest: Buffer;
  readonly contacts: string;
  readonly acceptedAt: string;
  readonly held: boolean;
};

export type BatchKnowledge = {
  readonly requests: readonly StoredRequest[];
  readonly recipients: readonly IdentityRow[];
  readonly addresses: readonly IdentityRow[];
  readonly publicKeys: ReadonlyMap<string, Uint8Array>;
};

type KnownRow = { tenantId: string; hash: string; personId: string; publicKey: string };
type RequestRow = {
  outreachId: string;
  personId: string;
  digest: string;
  contacts: string;
  acceptedAt: string;
  held: boolean;
};

/** Everything stored about a batch, in one statement and one snapshot. */
export async function readKnowledge(db: VaultDatabase, items: readonly PreparedItem[]): Promise<BatchKnowledge> {
  const outreachIds = items.map(({ item }) => item.outreachId);
  const tenants = items.map(({ item }) => item.tenantId);
  const hashes = items.map(({ recipientHash }) => recipientHash);
  const addresses = items.flatMap(({ item, contacts }) => contacts.map((c) => ({ tenantId: item.tenantId, ...c })));
  const { rows } = await sql<{ requests: RequestRow[]; recipients: KnownRow[]; addresses: KnownRow[] }>`
    select
      (select coalesce(json_agg(json_build_object('outreachId', r.outreach_id, 'personId', r.person_id,
          'digest', encode(r.digest, 'base64'), 'contacts', r.contacts, 'acceptedAt', r.accepted_at, 'held', r.held)), '[]')
        from vault.sealed_request r where r.outreach_id = any(${outreachIds}::uuid[])) as requests,
      (select coalesce(json_agg(json_build_object('tenantId', r.tenant_id, 'hash', r.recipient_hash,
          'personId', r.person_id, 'publicKey', encode(k.public_key, 'base64'))), '[]')
        from (select distinct * from unnest(${tenants}::uuid[], ${hashes}::text[]) as w (tenant_id, recipient_hash)) w
        join vault.person_recipient r using (tenant_id, recipient_hash)
        join vault.person_key k using (person_id)) as recipients,
      (select coalesce(json_agg(json_build_object('tenantId', a.tenant_id, 'hash', a.fingerprint,
          'personId', a.person_id, 'publicKey', encode(k.public_key, 'base64'))), '[]')
        from (select distinct * from unnest(${addresses.map((a) => a.tenantId)}::uuid[],
          ${addresses.map((a) => a.fingerprint)}::text[]) as w (tenant_id, fingerprint)) w
        join vault.person_address a using (tenant_id, fingerprint)
        join vault.person_key k using (person_id)) as addresses
  `.execute(db);
  const found = rows[0] ?? { requests: [], recipients: [], addresses: [] };
  const keys = [...found.recipients, ...found.addresses];
  return {
    requests: found.requests.map((row) => ({
      ...row,
      digest: Buffer.from(row.digest, 'base64'),
      acceptedAt: new Date(row.acceptedAt).toISOString(),
    })),
    recipients: found.recipients,
    addresses: found.addresses,
    publicKeys: new Map(keys.map((row) => [row.personId, Buffer.from(row.publicKey, 'base64')])),
  };
}

export type NewPerson = {
  readonly tenantId: string;
  readonly personId: string;
  readonly publicKey: Uint8Array;
  readonly sealedPrivateKey: Uint8Array;
};

export type NewRequest = PreparedItem & {
  readonly personId: string;
  readonly sealed: Uint8Array;
  /** JSON. */
  readonly storedContacts: string;
};

export type BatchWrite = Pick<IdentityPlan, 'newRecipients' | 'newAddresses' | 'ambiguities'> & {
  readonly persons: readonly NewPerson[];
  readonly requests: readonly NewRequest[];
};

/**
 * Writes a batch in one statement, so wholly or not at all, committed when it returns. Rows go in key order, so that two
 * batches wait for each other and do not lock each other out.
 * @throws unique_violation or foreign_key_violation when someone else wrote or erased what this batch had read
 */
export async function writeBatch(db: VaultDatabase, write: BatchWrite): Promise<void> {
  const people = write.persons;
  const recipients = inKeyOrder(write.newRecipients);
  const addresses = inKeyOrder(write.newAddresses);
  const ambiguities = inKeyOrder(write.ambiguities);
  const requests = [...write.requests].sort((a, b) => compare(a.item.outreachId, b.item.outreachId));
  await sql`
    with person as (
      insert into vault.person (person_id, tenant_id)
      select * from unnest(${people.map((p) => p.personId)}::uuid[], ${people.map((p) => p.tenantId)}::uuid[])
    ), person_key as (
      insert into vault.person_key (person_id, tenant_id, public_key, sealed_private_key)
      select * from unnest(${people.map((p) => p.personId)}::uuid[], ${people.map((p) => p.tenantId)}::uuid[],
        ${people.map((p) => Buffer.from(p.publicKey))}::bytea[], ${people.map((p) => Buffer.from(p.sealedPrivateKey))}::bytea[])
    ), recipient as (
      insert into vault.person_recipient (tenant_id, recipient_hash, person_id)
      select * from unnest(${recipients.tenants}::uuid[], ${recipients.hashes}::text[], ${recipients.persons}::uuid[])
    ), address as (
      insert into vault.person_address (tenant_id, fingerprint, person_id)
      select * from unnest(${addresses.tenants}::uuid[], ${addresses.hashes}::text[], ${addresses.persons}::uuid[])
    ), ambiguity as (
      insert into vault.person_ambiguity (tenant_id, fingerprint, person_id)
      select * from unnest(${ambiguities.tenants}::uuid[], ${ambiguities.hashes}::text[], ${ambiguities.persons}::uuid[])
      on conflict do nothing
    )
    insert into vault.sealed_request
      (outreach_id, tenant_id, person_id, live_key, sealed, digest, contacts, decision_input, source, accepted_at, expires_at, held)
    select outreach_id, tenant_id, person_id, person_id, sealed, digest, contacts, decision_input, source, accepted_at, expires_at, held
    from unnest(${requests.map((r) => r.item.outreachId)}::uuid[], ${requests.map((r) => r.item.tenantId)}::uuid[],
      ${requests.map((r) => r.personId)}::uuid[], ${requests.map((r) => Buffer.from(r.sealed))}::bytea[],
      ${requests.map((r) => r.digest)}::bytea[], ${requests.map((r) => r.storedContacts)}::text[],
      ${requests.map((r) => r.decisionInput)}::text[],
      ${requests.map((r) => r.item.source.replaceAll('\u0000', ''))}::text[],
      ${requests.map((r) => r.item.acceptedAt)}::timestamptz[], ${requests.map((r) => r.item.expiresAt)}::timestamptz[],
      ${requests.map((r) => r.item.held === true)}::boolean[])
      as r (outreach_id, tenant_id, person_id, sealed, digest, contacts, decision_input, source, accepted_at, expires_at, held)
  `.execute(db);
}

/** What a batch sealed that was never accepted, and somebody now asks for by itself: from here on it is fed like any other. */
export async function releaseHeld(db: VaultDatabase, outreachIds: readonly string[]): Promise<void> {
  await sql`update vault.sealed_request set held = false, released_at = now()
    where outreach_id = any(${[...outreachIds]}::uuid[]) and held`.execute(db);
}

function inKeyOrder(rows: readonly IdentityRow[]): { tenants: string[]; hashes: string[]; persons: string[] } {
  const sorted = [...rows].sort((a, b) => compare(`${a.tenantId}${a.hash}`, `${b.tenantId}${b.hash}`));
  return {
    tenants: sorted.map((row) => row.tenantId),
    hashes: sorted.map((row) => row.hash),
    persons: sorted.map((row) => row.personId),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
