import { sql } from 'kysely';
import type { ReadModelDb, ReadModelTransaction } from './read-model.connection.js';

/**
 * Runs `work` in one transaction that sees the rows of this tenant only. The setting ends with the transaction, so a pooled
 * connection never carries a tenant over to the next caller.
 */
export function withTenant<T>(
  db: ReadModelDb,
  tenantId: string,
  work: (trx: ReadModelTransaction) => Promise<T>,
): Promise<T> {
  return db.transaction().execute(async (trx) => {
    await sql`select set_config('homing.tenant', ${tenantId}, true)`.execute(trx);
    return work(trx);
  });
}
