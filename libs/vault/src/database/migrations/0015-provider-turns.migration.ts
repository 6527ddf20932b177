import { sql } from 'kysely';
import type { Kysely } from 'kysely';

const tables = sql`
  -- From when on the next message may leave through a provider, over all gateways. Nothing of anybody's; lost, it begins anew.
  create table vault.provider_turn (
    provider text primary key,
    free_at timestamptz not null
  );
  grant select, insert on vault.provider_turn to vault_open;
  grant update (free_at) on vault.provider_turn to vault_open;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await tables.execute(db);
}
