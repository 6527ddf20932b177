import { sql } from 'kysely';
import { createFingerprinter } from '../address/address.fingerprint.js';
import type { VaultDatabase } from '../database/vault.tables.js';
import { createSealer } from '../seal/sealer.js';
import type { AcceptedContact, AcceptedRecord, UnfedRequest, VaultIntake } from './intake.types.js';
import { acceptRequests, sealedRefOf } from './request.acceptor.js';

export type VaultIntakeParts = {
  /** Connected as `vault_intake`. */
  readonly db: VaultDatabase;
  /** The installation's public key, base64. */
  readonly sealKey: string;
  /** 32 bytes, base64; the same for the life of the installation. */
  readonly fingerprintKey: string;
};

/** @throws {TypeError} when a key is malformed */
export function createVaultIntake(parts: VaultIntakeParts): VaultIntake {
  const { db } = parts;
  const sealer = createSealer(parts);
  const fingerprinter = createFingerprinter(parts.fingerprintKey);
  return {
    acceptRequests: (batch) => acceptRequests({ db, sealer, fingerprinter }, batch),
    loadAccepted: (outreachIds) => loadAccepted(db, outreachIds),
    listUnfed: (query) => listUnfed(db, query),
    listUnfedOfCampaign: (query) => listUnfedOfCampaign(db, query),
    async markFed(outreachIds) {
      if (outreachIds.length === 0) return;
      await sql`update vault.sealed_request set fed_at = now()
        where outreach_id = any(${[...outreachIds]}::uuid[]) and fed_at is null`.execute(db);
    },
    findPerson: ({ tenantId, recipientId }) => findPerson(db, tenantId, fingerprinter.recipient(tenantId, recipientId)),
    listFed: (query) => listFed(db, query),
    async markLost(outreachIds) {
      if (outreachIds.length === 0) return 0;
      const { numAffectedRows } = await sql`update vault.sealed_request set fed_at = null
        where outreach_id = any(${[...outreachIds]}::uuid[]) and fed_at is not null`.execute(db);
      return Number(numAffectedRows ?? 0n);
    },
  };
}

async function findPerson(db: VaultDatabase, tenantId: string, hash: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('vault.person_recipient')
    .select('person_id')
    .where('tenant_id', '=', tenantId)
    .where('recipient_hash', '=', hash)
    .executeTakeFirst();
  return row?.person_id;
}

async function listFed(
  db: VaultDatabase,
  query: { acceptedBefore: string; afterId?: string | undefined; limit: number },
): Promise<string[]> {
  const { acceptedBefore, afterId, limit } = query;
  const rows = await db
    .selectFrom('vault.sealed_request')
    .select('outreach_id')
    .where('fed_at', 'is not', null)
    .where('accepted_at', '<', new Date(acceptedBefore))
    .where(sql<boolean>`(expires_at is null or expires_at > now())`)
    .$if(afterId !== undefined, (fed) => fed.where('outreach_id', '>', afterId ?? ''))
    .orderBy('outreach_id')
    .limit(limit)
    .execute();
  return rows.map((row) => row.outreach_id);
}

async function loadAccepted(db: VaultDatabase, outreachIds: readonly string[]): Promise<AcceptedRecord[]> {
  if (outreachIds.length === 0) return [];
  const rows = await db
    .selectFrom('vault.sealed_request')
    .select(['outreach_id', 'tenant_id', 'person_id', 'live_key', 'contacts', 'decision_input'])
    .select(['accepted_at', 'expires_at', 'source', 'fed_at'])
    .where(sql<boolean>`outreach_id = any(${[...outreachIds]}::uuid[])`)
    .execute();
  return rows.map((row) => ({
    outreachId: row.outreach_id,
    tenantId: row.tenant_id,
    personId: row.person_id,
    contacts: JSON.parse(row.contacts) as AcceptedContact[],
    decisionInput: row.decision_input === null ? null : (JSON.parse(row.decision_input) as unknown),
    acceptedAt: row.accepted_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
    source: row.source,
    erased: row.live_key === null,
    fed: row.fed_at !== null,
  }));
}

async function listUnfed(db: VaultDatabase, query: { olderThan: string; limit: number }): Promise<UnfedRequest[]> {
  const rows = await db
    .selectFrom('vault.sealed_request')
    .select(['outreach_id', 'tenant_id', 'accepted_at', 'expires_at', 'source'])
    .where('fed_at', 'is', null)
    .where(sql<boolean>`not held`)
    .where('accepted_at', '<', new Date(query.olderThan))
    .orderBy('accepted_at')
    .orderBy('outreach_id')
    .limit(query.limit)
    .execute();
  return rows.map((row) => ({
    outreachId: row.outreach_id,
    tenantId: row.tenant_id,
    sealedRef: sealedRefOf(row.outreach_id),
    acceptedAt: row.accepted_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
    source: row.source,
  }));
}

/** How many requests were accepted before `olderThan` (ISO instant), have not expired and are not fed. As `vault_intake`. */
export async function countUnfed(db: VaultDatabase, olderThan: string): Promise<number> {
  const row = await db
    .selectFrom('vault.sealed_request')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('fed_at', 'is', null)
    .where(sql<boolean>`not held`)
    .where('accepted_at', '<', new Date(olderThan))
    .where(sql<boolean>`(expires_at is null or expires_at > now())`)
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

async function listUnfedOfCampaign(
  db: VaultDatabase,
  { tenantId, campaignKey, limit }: { tenantId: string; campaignKey: string; limit: number },
): Promise<string[]> {
  // As text: what a request says may hold characters that Postgres' own JSON refuses.
  const named = `"campaignKey":${JSON.stringify(campaignKey)}`;
  const wanted = sql`fed_at is null and tenant_id = ${tenantId} and position(${named} in decision_input) > 0`;
  // Of what is held for a batch only what that batch is still going to hand over.
  const { rows } = await sql<{ outreach_id: string }>`select outreach_id from (
      select outreach_id, accepted_at from vault.sealed_request where not held and ${wanted}
      union all
      select outreach_id, accepted_at from vault.sealed_request r where held and ${wanted} and exists (
        select from vault.batch_item i join vault.batch b using (batch_id)
        where i.outreach_id = r.outreach_id and i.withheld_at is null and b.accepted_at is not null)
    ) waiting order by accepted_at, outreach_id limit ${limit}`.execute(db);
  return rows.map((row) => row.outreach_id);
}
