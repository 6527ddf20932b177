import { sql } from 'kysely';
import type { Transaction } from 'kysely';
import type { VaultTables } from '../database/vault.tables.js';

export type Trx = Transaction<VaultTables>;
export type Change = {
  readonly tenantId: string;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly before?: unknown;
  readonly after?: unknown;
};

/** Writers of one name wait for each other, also before its first row exists. */
export async function oneWriterAtATime(trx: Trx, name: readonly string[]): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${JSON.stringify(name)}, 0))`.execute(trx);
}

/** What a campaign's money and a tenant's prices say of each other is changed by one at a time. */
export const oneSettingsWriterAtATime = (trx: Trx, tenantId: string): Promise<void> =>
  oneWriterAtATime(trx, ['tenant-settings', tenantId]);

export async function audit(trx: Trx, change: Change): Promise<void> {
  const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));
  const { tenantId, actor, action, subject } = change;
  await trx
    .insertInto('registry.audit')
    .values({ tenant_id: tenantId, actor, action, subject, before: json(change.before), after: json(change.after) })
    .execute();
}
