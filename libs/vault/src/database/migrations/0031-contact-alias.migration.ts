import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import { guardByTenant } from './0001-vault.migration.js';

const tables = sql`
  -- Two addresses that are one person's, as a provider said: what was sent to 'asked' reached 'alias', and answers come from there.
  -- Both as keyed hashes; gone once either is erased.
  create table vault.contact_alias (
    tenant_id uuid not null,
    alias text not null,
    asked text not null,
    noted_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, alias, asked),
    check (alias <> asked)
  );
  create index contact_alias_by_asked on vault.contact_alias (tenant_id, asked);
  grant select, insert on vault.contact_alias to vault_intake;

  -- Nobody may be given an alias as an address of their own: what is kept of it goes with the address that was written to.
  create function vault.forget_alias() returns trigger language plpgsql security definer set search_path = '' as $$
  declare
    gone text[];
  begin
    with forgotten as (
      delete from vault.contact_alias
        where tenant_id = old.tenant_id and (asked = old.fingerprint or alias = old.fingerprint) returning alias)
    select array_agg(f.alias) into gone from forgotten f
      where not exists (select from vault.person_address a where a.tenant_id = old.tenant_id and a.fingerprint = f.alias);
    if gone is null then return null; end if;
    update vault.suppression set mask = null where tenant_id = old.tenant_id and fingerprint = any (gone);
    delete from vault.last_inbound where tenant_id = old.tenant_id and fingerprint = any (gone);
    return null;
  end $$;
  revoke all on function vault.forget_alias from public;
  create trigger alias_forgotten after delete on vault.person_address for each row execute function vault.forget_alias();
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await tables.execute(db);
  await guardByTenant(db, { table: 'vault.contact_alias', system: ['vault_intake'] });
}
