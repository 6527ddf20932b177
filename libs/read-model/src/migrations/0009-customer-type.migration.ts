import { type Kysely, sql } from 'kysely';

/**
 * The customer type of an outreach, for counts by it. Rows that stand get theirs from the folded state, so that they equal rows made
 * again; rewrites the rows that have one.
 */
export async function addCustomerType(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const UNDER_POLICIES = ['outreach', 'folded_state'];
const STATEMENTS = [
  `alter table outreach add column customer_type text`,
  // The owner is held by the policies too, once there are any, and has none of its own.
  ...UNDER_POLICIES.map((table) => `alter table ${table} no force row level security`),
  `update outreach as o set customer_type = f.state -> 'request' ->> 'customerType'
    from folded_state as f
    where f.outreach_id = o.outreach_id and f.state -> 'request' ->> 'customerType' is not null`,
  ...UNDER_POLICIES.map((table) => `alter table ${table} force row level security`),
];
