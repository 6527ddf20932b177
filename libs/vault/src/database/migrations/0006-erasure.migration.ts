import { sql } from 'kysely';
import type { Kysely } from 'kysely';

const forgetting = sql`
  -- What somebody's requests said is forgotten. Of those that nobody has decided yet there stays what they count for: whose campaign,
  -- by which door. Cut from the text, in which a quotation mark within a value is escaped: Postgres' own JSON refuses characters that
  -- what a request says may hold.
  create function vault.forget_requests_of(person uuid) returns void
    language sql security definer set search_path = '' as $$
    update vault.sealed_request set sealed = null, contacts = '[]', decision_input = case when fed_at is null then
      '{"requested":{' || nullif(concat_ws(',',
        substring(decision_input from '"messageType":"[^"]*"'), substring(decision_input from '"strategy":"[^"]*"'),
        substring(decision_input from '"urgency":"[^"]*"'), substring(decision_input from '"content":[{][^{}]*[}]'),
        substring(decision_input from '"via":"[^"]*"'), substring(decision_input from '"campaignKey":"[^"]*"')
      ), '') || '},"inputs":{}}' end
    where person_id = person and tenant_id = vault.current_tenant()
  $$;
  revoke all on function vault.forget_requests_of from public;
  grant execute on function vault.forget_requests_of to vault_api;
  revoke update (sealed, contacts, decision_input) on vault.sealed_request from vault_api;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await forgetting.execute(db);
}
