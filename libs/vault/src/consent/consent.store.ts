import { sql } from 'kysely';
import type { VaultDatabase } from '../database/vault.tables.js';
import type { ConsentRef, ConsentStore, KeptConsent, StandingConsent } from './consent.types.js';

/** @param db connected as `vault_intake` */
export function createConsentStore(db: VaultDatabase): ConsentStore {
  return {
    saveConsents: (consents) => saveConsents(db, consents),
    standingConsents: (refs) => standingConsents(db, refs),
  };
}

async function saveConsents(db: VaultDatabase, consents: readonly KeptConsent[]): Promise<void> {
  const rows = furthest(consents).flatMap(({ words, ...row }) =>
    words[0] ? [{ ...row, words, latest: words[0] }] : [],
  );
  if (rows.length === 0) return;
  await sql`
    insert into vault.consent as c
      (tenant_id, fingerprint, channel, purpose, standing, consent_id, since, valid_until, words, revision, changed_at)
    select r.*, now() from unnest(${rows.map((r) => r.tenantId)}::uuid[], ${rows.map((r) => r.fingerprint)}::text[],
      ${rows.map((r) => r.channel)}::text[], ${rows.map((r) => r.purpose)}::text[],
      ${rows.map((r) => r.latest.kind)}::text[], ${rows.map((r) => r.latest.consentId)}::uuid[],
      ${rows.map((r) => r.latest.at)}::timestamptz[], ${rows.map((r) => r.latest.validUntil ?? null)}::timestamptz[],
      ${rows.map((r) => JSON.stringify(r.words))}::jsonb[], ${rows.map((r) => String(r.revision))}::bigint[]) as r
    on conflict (tenant_id, fingerprint, channel, purpose) do update set
      standing = excluded.standing, consent_id = excluded.consent_id, since = excluded.since,
      valid_until = excluded.valid_until, words = excluded.words, revision = excluded.revision,
      changed_at = excluded.changed_at
    where excluded.revision > c.revision`.execute(db);
}

/** One row a topic, in key order, so that two batches wait for each other and do not lock each other out. */
function furthest(consents: readonly KeptConsent[]): KeptConsent[] {
  const latest = new Map<string, KeptConsent>();
  for (const consent of consents) {
    const key = [consent.tenantId, consent.fingerprint, consent.channel, consent.purpose].join(' ');
    const known = latest.get(key);
    if (!known || known.revision < consent.revision) latest.set(key, consent);
  }
  return [...latest].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, consent]) => consent);
}

async function standingConsents(db: VaultDatabase, refs: readonly ConsentRef[]): Promise<StandingConsent[]> {
  if (refs.length === 0) return [];
  const { rows } = await sql<Omit<StandingConsent, 'validUntil'> & { validUntil: Date | null }>`
    select c.tenant_id as "tenantId", c.fingerprint, c.channel, c.purpose, c.standing as kind,
      c.consent_id as "consentId", c.valid_until as "validUntil"
    from (select distinct * from unnest(${refs.map((ref) => ref.tenantId)}::uuid[],
      ${refs.map((ref) => ref.fingerprint)}::text[], ${refs.map((ref) => ref.channel)}::text[],
      ${refs.map((ref) => ref.purpose)}::text[])) as w (tenant_id, fingerprint, channel, purpose)
    join vault.consent c using (tenant_id, fingerprint, channel, purpose)`.execute(db);
  return rows.map(({ validUntil, ...row }) => ({
    ...row,
    ...(validUntil === null ? {} : { validUntil: validUntil.toISOString() }),
  }));
}
