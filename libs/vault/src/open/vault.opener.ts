import { sql } from 'kysely';
import type { VaultDatabase } from '../database/vault.tables.js';
import { EnvelopeOpener } from './envelope.opener.js';
import type { ExportedRequest, OpenResult, PersonExport, VaultOpener } from './open.types.js';

export type VaultOpenerParts = {
  /** Connected as `vault_open`. */
  readonly db: VaultDatabase;
  /** The installation's private key, base64. */
  readonly openKey: string;
  /** How many persons' keys are kept opened. Default 2000. */
  readonly cachedKeys?: number;
};

type Ref = { readonly outreachId: string; readonly tenantId: string };
type Row = {
  outreachId: string;
  tenantId: string;
  personId: string;
  acceptedAt: Date;
  source: string;
  sealed: Buffer | null;
  publicKey: Buffer | null;
  sealedPrivateKey: Buffer | null;
};

/** @throws {TypeError} when the key is malformed */
export function createVaultOpener(parts: VaultOpenerParts): VaultOpener {
  const opener = new EnvelopeOpener(parts.openKey, parts.cachedKeys ?? 2000);
  return {
    openRequests: (refs) => openRequests(parts.db, opener, refs),
    exportPerson: (person) => exportPerson(parts.db, opener, person),
    openForInstallation: (envelope, context) => opener.openForInstallation(envelope, context),
    close: () => opener.clear(),
  };
}

// The key's row is read every time, cached or not: an erasure counts from its commit.
const columns = sql`
  r.outreach_id as "outreachId", r.tenant_id as "tenantId", r.person_id as "personId", r.accepted_at as "acceptedAt",
  r.source, r.sealed, k.public_key as "publicKey", k.sealed_private_key as "sealedPrivateKey"
  from vault.sealed_request r left join vault.person_key k using (person_id)`;

async function openRequests(db: VaultDatabase, opener: EnvelopeOpener, refs: readonly Ref[]): Promise<OpenResult[]> {
  if (refs.length === 0) return [];
  const { rows } = await sql<Row>`select ${columns}
    where r.outreach_id = any(${refs.map((ref) => ref.outreachId)}::uuid[])`.execute(db);
  const found = new Map(rows.map((row) => [row.outreachId, row]));
  return Promise.all(
    refs.map(async ({ outreachId, tenantId }): Promise<OpenResult> => {
      const row = found.get(outreachId.toLowerCase());
      if (row === undefined || row.tenantId !== tenantId) return { kind: 'missing', outreachId };
      return openRow(opener, row).then(
        (request) => (request === undefined ? { kind: 'erased', outreachId } : { kind: 'opened', outreachId, request }),
        // Nothing but the row and the key take part in opening: no other row is touched by what is wrong with them.
        () => ({ kind: 'unreadable', outreachId }),
      );
    }),
  );
}

async function exportPerson(
  db: VaultDatabase,
  opener: EnvelopeOpener,
  { tenantId, personId }: { readonly tenantId: string; readonly personId: string },
): Promise<PersonExport> {
  const person = await db
    .selectFrom('vault.person')
    .select('erased_at')
    .where('person_id', '=', personId)
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst();
  if (person === undefined) return { kind: 'missing' };
  if (person.erased_at !== null) return { kind: 'erased', personId, erasedAt: person.erased_at.toISOString() };
  const { rows } = await sql<Row>`select ${columns} where r.person_id = ${personId} and r.tenant_id = ${tenantId}
    order by r.accepted_at, r.outreach_id`.execute(db);
  const requests = await Promise.all(
    rows.map(async (row): Promise<ExportedRequest[]> => {
      const request = await openRow(opener, row);
      const { outreachId, source } = row;
      return request === undefined ? [] : [{ outreachId, source, acceptedAt: row.acceptedAt.toISOString(), request }];
    }),
  );
  return { kind: 'exported', personId, requests: requests.flat() };
}

async function openRow(opener: EnvelopeOpener, row: Row): Promise<unknown> {
  const { tenantId, personId, sealed, publicKey, sealedPrivateKey } = row;
  if (sealed === null || publicKey === null || sealedPrivateKey === null) {
    opener.forget(personId);
    return undefined;
  }
  const person = { tenantId, personId, publicKey, sealedPrivateKey };
  const bytes = await opener.openForPerson(person, sealed, { tenantId, kind: 'request', id: row.outreachId });
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown;
}
