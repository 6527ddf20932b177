import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import { guardByTenant } from './0001-vault.migration.js';

const tables = sql`
  -- Which delivery of a campaign writes through a site's form: one, whichever gateway. Of the site only a digest is kept.
  create table vault.site_claim (
    tenant_id uuid not null,
    campaign_key text not null,
    site_sha256 text not null,
    delivery_id text not null,
    claimed_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, campaign_key, site_sha256)
  );
  grant select, insert on vault.site_claim to vault_open;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await tables.execute(db);
  await guardByTenant(db, { table: 'vault.site_claim', system: ['vault_open'] });
}
