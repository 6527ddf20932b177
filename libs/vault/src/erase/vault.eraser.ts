import { sql } from 'kysely';
import { createFingerprinter } from '../address/address.fingerprint.js';
import { withTenant } from '../database/vault.database.js';
import type { VaultDatabase } from '../database/vault.tables.js';
import type { VaultEraser } from './erase.types.js';

export type VaultEraserParts = {
  /** Connected as `vault_api`. */
  readonly db: VaultDatabase;
  /** 32 bytes, base64; the same for the life of the installation. */
  readonly fingerprintKey: string;
};

export function createVaultEraser(parts: VaultEraserParts): VaultEraser {
  const fingerprinter = createFingerprinter(parts.fingerprintKey);
  return {
    erasePerson: ({ tenantId, personId }) =>
      withTenant(parts.db, tenantId, async (trx) => {
        const person = await trx
          .selectFrom('vault.person')
          .select('erased_at')
          .where('person_id', '=', personId)
          .where('tenant_id', '=', tenantId)
          .executeTakeFirst();
        if (person === undefined) return { kind: 'missing' };
        if (person.erased_at !== null) return { kind: 'erased', personId, erasedAt: person.erased_at.toISOString() };
        // While the hashes that lead to them still stand.
        await sql`select desk.erase_letters_of(${personId}::uuid)`.execute(trx);
        // Waits for writers that hold the key, and takes with it every hash that leads here. Later ones fail and re-decide.
        await trx.deleteFrom('vault.person_key').where('person_id', '=', personId).execute();
        await sql`select vault.forget_requests_of(${personId}::uuid)`.execute(trx);
        const erased = await trx
          .updateTable('vault.person')
          .set((set) => ({ erased_at: set.fn.coalesce('erased_at', set.fn<Date>('now')) }))
          .where('person_id', '=', personId)
          .returning('erased_at')
          .executeTakeFirstOrThrow();
        return { kind: 'erased', personId, erasedAt: (erased.erased_at as Date).toISOString() };
      }),
    eraseLetters: ({ tenantId, recipientId }) =>
      withTenant(parts.db, tenantId, async (trx) => {
        const hashes = [fingerprinter.recipient(tenantId, recipientId)];
        const { rows } = await sql<{ erased: number }>`select desk.erase_letters(${hashes}) as erased`.execute(trx);
        return rows[0]?.erased ?? 0;
      }),
    findPerson: ({ tenantId, recipientId }) =>
      withTenant(parts.db, tenantId, async (trx) => {
        const row = await trx
          .selectFrom('vault.person_recipient')
          .select('person_id')
          .where('tenant_id', '=', tenantId)
          .where('recipient_hash', '=', fingerprinter.recipient(tenantId, recipientId))
          .executeTakeFirst();
        return row?.person_id;
      }),
  };
}
