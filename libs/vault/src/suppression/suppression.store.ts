import { sql } from 'kysely';
import type { SuppressionReason } from '@homing/contracts';
import type { VaultDatabase } from '../database/vault.tables.js';
import type { SuppressedContact, SuppressionQuestion, SuppressionStore } from './suppression.types.js';

/** @param db connected as `vault_intake` */
export function createSuppressionStore(db: VaultDatabase): SuppressionStore {
  return {
    saveContacts: (contacts) => saveContacts(db, contacts),
    suppressedContacts: (refs) => suppressedContacts(db, refs),
  };
}

async function saveContacts(db: VaultDatabase, contacts: readonly SuppressedContact[]): Promise<void> {
  if (contacts.length === 0) return;
  const rows = furthest(contacts);
  await sql`
    insert into vault.suppression as s
      (tenant_id, fingerprint, channel, mask, reasons, suppressed, since, revision, changed_at)
    select tenant_id, fingerprint, channel, mask, reasons, reasons <> '[]', since, revision, now()
    from unnest(${rows.map((r) => r.tenantId)}::uuid[], ${rows.map((r) => r.fingerprint)}::text[],
      ${rows.map((r) => r.channel)}::text[], ${rows.map((r) => r.mask ?? null)}::text[],
      ${rows.map((r) => JSON.stringify(r.reasons))}::jsonb[], ${rows.map((r) => r.reasons[0]?.since ?? null)}::timestamptz[],
      ${rows.map((r) => String(r.revision))}::bigint[])
      as r (tenant_id, fingerprint, channel, mask, reasons, since, revision)
    on conflict (tenant_id, fingerprint) do update set
      -- A mask that was forgotten stays so.
      mask = case when s.mask is null then null else excluded.mask end,
      channel = excluded.channel, reasons = excluded.reasons, suppressed = excluded.suppressed, since = excluded.since,
      revision = excluded.revision, changed_at = excluded.changed_at
    where excluded.revision > s.revision`.execute(db);
}

/** One row a contact, in key order, so that two batches wait for each other and do not lock each other out. */
function furthest(contacts: readonly SuppressedContact[]): SuppressedContact[] {
  const latest = new Map<string, SuppressedContact>();
  for (const contact of contacts) {
    const key = `${contact.tenantId}${contact.fingerprint}`;
    const known = latest.get(key);
    if (!known || known.revision < contact.revision) latest.set(key, contact);
  }
  return [...latest].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, contact]) => contact);
}

async function suppressedContacts(
  db: VaultDatabase,
  refs: readonly SuppressionQuestion[],
): Promise<(SuppressionReason | undefined)[]> {
  if (refs.length === 0) return [];
  const { rows } = await sql<{ at: string; reason: SuppressionReason }>`
    select w.at, held.reason
    from unnest(${refs.map((ref) => ref.tenantId)}::uuid[], ${refs.map((ref) => ref.fingerprint)}::text[],
      ${refs.map((ref) => ref.despite ?? null)}::text[]) with ordinality as w (tenant_id, fingerprint, despite, at)
    join vault.suppression s using (tenant_id, fingerprint)
    cross join lateral (select r.said ->> 'reason' as reason from jsonb_array_elements(s.reasons) with ordinality as r (said, at)
      where r.said ->> 'reason' is distinct from w.despite order by r.at limit 1) held
    where s.suppressed`.execute(db);
  const answers: (SuppressionReason | undefined)[] = refs.map(() => undefined);
  for (const { at, reason } of rows) answers[Number(at) - 1] = reason;
  return answers;
}
