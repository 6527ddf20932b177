import { type Kysely, sql } from 'kysely';

/** Every word of consent that was said of addresses: what the vault's register is brought up to. Rows never change. */
export async function createConsentWords(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `create table consent_words (
    fingerprint text not null,
    consent_id text not null,
    tenant_id uuid not null,
    kind text not null,
    channel text not null,
    purpose text not null,
    source text not null,
    said_at timestamptz not null,
    evidence text,
    wording text,
    valid_until timestamptz,
    said_by text,
    revision bigint not null,
    updated_position bigint not null,
    primary key (fingerprint, consent_id)
  )`,
    )
    .execute(db);
}
