import { sql } from 'kysely';
import type { Kysely } from 'kysely';

/** Tenants with accounts of their own at one provider may each be told of the same event: each has it in its own inbox. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table desk.inbound_message drop constraint inbound_message_provider_event_digest_key`.execute(db);
  await sql`create unique index inbound_by_event
    on desk.inbound_message (provider, event_digest, coalesce(sealed_tenant, ''))`.execute(db);
}
