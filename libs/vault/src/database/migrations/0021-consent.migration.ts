import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import { guardByTenant } from './0001-vault.migration.js';

const table = sql`
  -- One row for each address, channel and purpose of which its person ever said anything, as the stream contact-{fingerprint} stands at
  -- 'revision'. Asked by the gate before every provider call; can be made again from the streams. Kept when a person is erased: it
  -- names an address by its keyed hash alone, and is the proof that what was sent was allowed.
  create table vault.consent (
    tenant_id uuid not null,
    fingerprint text not null,
    channel text not null,
    purpose text not null,
    -- The latest word.
    standing text not null check (standing in ('granted', 'withdrawn')),
    consent_id uuid not null,
    since timestamptz not null,
    valid_until timestamptz,
    -- All words, latest first: [{kind, consentId, at, source, evidence?, wording?, validUntil?, by?}].
    words jsonb not null check (jsonb_typeof(words) = 'array'),
    revision bigint not null check (revision >= 0),
    changed_at timestamptz not null,
    primary key (tenant_id, fingerprint, channel, purpose)
  );
  create index consent_by_time on vault.consent (tenant_id, since desc, fingerprint desc, channel desc, purpose desc);
`;

const ofPerson = sql`
  -- What a person allows is listed by person: their addresses of which they said anything, and no other.
  create function vault.consenting_addresses_of(person uuid) returns setof text
    language sql stable security definer set search_path = '' as $$
    select distinct a.fingerprint from vault.person_address a
    join vault.consent c on c.tenant_id = a.tenant_id and c.fingerprint = a.fingerprint
    where a.person_id = person and a.tenant_id = vault.current_tenant()
  $$;
  revoke all on function vault.consenting_addresses_of from public;
`;

const grants = sql`
  grant select, insert, update on vault.consent to vault_intake;
  grant select (tenant_id, fingerprint, channel, purpose, standing, consent_id, valid_until, revision)
    on vault.consent to vault_open;
  grant select on vault.consent to vault_api;
  grant execute on function vault.consenting_addresses_of to vault_api;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await table.execute(db);
  await ofPerson.execute(db);
  await grants.execute(db);
  await guardByTenant(db, { table: 'vault.consent', system: ['vault_intake', 'vault_open'] });
}
