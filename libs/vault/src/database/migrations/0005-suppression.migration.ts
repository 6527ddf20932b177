import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import { guardByTenant } from './0001-vault.migration.js';

const table = sql`
  -- One row for each address of which anything was ever said, as its stream contact-{fingerprint} stands at 'revision'. Read by
  -- the gate before every provider call; can be made again from the streams.
  create table vault.suppression (
    tenant_id uuid not null,
    fingerprint text not null,
    channel text not null,
    -- What people recognise the address by; gone once its person is erased.
    mask text,
    -- Reasons in force, longest first: [{reason, since, by?, note?}]. Empty: the address is free.
    reasons jsonb not null check (jsonb_typeof(reasons) = 'array'),
    suppressed boolean not null,
    since timestamptz,
    revision bigint not null check (revision >= 0),
    changed_at timestamptz not null,
    primary key (tenant_id, fingerprint),
    check (suppressed = (reasons <> '[]')),
    check (suppressed = (since is not null))
  );
  create index suppression_by_time on vault.suppression (tenant_id, since desc, fingerprint desc) where suppressed;

  create function vault.forget_mask() returns trigger language plpgsql security definer set search_path = '' as $$
  begin
    update vault.suppression set mask = null where tenant_id = old.tenant_id and fingerprint = old.fingerprint;
    return null;
  end $$;
  revoke all on function vault.forget_mask from public;
  create trigger forgotten after delete on vault.person_address for each row execute function vault.forget_mask();

  -- When a campaign was last paused, resumed or stopped: the clock of this database, so that nobody who polls is misled by another.
  alter table registry.campaign add column status_changed_at timestamptz not null default clock_timestamp();
  create index campaign_by_status_change on registry.campaign (status_changed_at);
  create function registry.note_status_change() returns trigger language plpgsql set search_path = '' as $$
  begin
    if new.status <> old.status then new.status_changed_at := clock_timestamp(); end if;
    return new;
  end $$;
  create trigger status_noted before update of status on registry.campaign
    for each row execute function registry.note_status_change();
`;

const grants = sql`
  grant select, insert, update on vault.suppression to vault_intake;
  grant select (tenant_id, fingerprint, suppressed, reasons) on vault.suppression to vault_open;
  grant select on vault.suppression to vault_api;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await table.execute(db);
  await grants.execute(db);
  await guardByTenant(db, { table: 'vault.suppression', system: ['vault_intake', 'vault_open'] });
}
