/** Names of the database roles that use the read model. Logins are members of them, or are these roles themselves. */
export interface ReadModelRoles {
  /** Projector, orchestrator, scheduler: every tenant's rows. Default `read_system`. */
  readonly system: string;
  /** The API: one tenant's rows at a time. Default `read_api`. */
  readonly api: string;
  /** Analysts: the same, and nothing but SELECT. Default `read_analyst`. */
  readonly analyst: string;
}

export const DEFAULT_ROLES: ReadModelRoles = { system: 'read_system', api: 'read_api', analyst: 'read_analyst' };

const TENANT_TABLES = [
  'outreach',
  'delivery_status',
  'outreach_attempts',
  'outreach_events',
  'folded_state',
  'timetable',
  'open_reservations',
  'ledger_balances',
  'suppressions',
  'consent_words',
  'routing_hours',
  'conversions',
  'decisions',
  'batches',
  'batch_items',
] as const;

/** What each role may do, table by table: nothing that is not named here. */
const SYSTEM_RIGHTS: Readonly<Record<string, string>> = {
  checkpoint: 'select, insert, update',
  projection_progress: 'select, insert, update',
  store_mark: 'select, insert, update',
  outreach: 'select, insert, update',
  delivery_status: 'select, insert, update',
  outreach_attempts: 'select, insert, update',
  outreach_events: 'select, insert',
  folded_state: 'select, insert, update',
  timetable: 'select, insert, update, delete',
  unknown_outcomes: 'select',
  assisted_tasks: 'select',
  send_hours: 'select',
  open_reservations: 'select, insert, update, delete',
  ledger_balances: 'select, insert, update',
  ledger_snapshots: 'select, insert, delete',
  suppressions: 'select, insert, update',
  consent_words: 'select, insert',
  routing_hours: 'select, insert, update',
  routing_days: 'select',
  conversions: 'select, insert, update',
  leads: 'select',
  decisions: 'select, insert',
  batches: 'select, insert, update',
  batch_items: 'select, insert',
};
const TENANT_RIGHTS = [
  'checkpoint',
  'projection_progress',
  'outreach',
  'delivery_status',
  'outreach_attempts',
  'outreach_events',
  'timetable',
  'unknown_outcomes',
  'assisted_tasks',
  'send_hours',
  'open_reservations',
  'ledger_balances',
  'suppressions',
  'routing_hours',
  'routing_days',
  'conversions',
  'leads',
  'decisions',
  'batches',
  'batch_items',
];

/**
 * Row-level security and grants, as statements. Forced, so that an owner who is no superuser is bound as well. Without
 * `homing.tenant` a tenant role's query raises, even on an empty table.
 */
export function accessStatements(schemaName: string, roles: ReadModelRoles): string[] {
  const [schema, system, api, analyst] = [schemaName, roles.system, roles.api, roles.analyst].map(quoted);
  return [
    `create or replace function ${schema}.current_tenant() returns uuid language plpgsql stable parallel safe as $$
    begin
      if coalesce(current_setting('homing.tenant', true), '') = '' then
        raise exception 'homing.tenant is not set' using errcode = 'insufficient_privilege';
      end if;
      return current_setting('homing.tenant')::uuid;
    end $$`,
    `revoke all on schema ${schema} from public`,
    `grant usage on schema ${schema} to ${system}, ${api}, ${analyst}`,
    `revoke all on all tables in schema ${schema} from public, ${system}, ${api}, ${analyst}`,
    `revoke all on function ${schema}.week_hour(timestamptz, text) from public`,
    `grant execute on function ${schema}.week_hour(timestamptz, text) to ${system}, ${api}, ${analyst}`,
    `revoke all on function ${schema}.current_tenant() from public`,
    `grant execute on function ${schema}.current_tenant() to ${api}, ${analyst}`,
    ...Object.entries(SYSTEM_RIGHTS).map(([table, rights]) => `grant ${rights} on ${schema}.${table} to ${system}`),
    ...TENANT_RIGHTS.map((table) => `grant select on ${schema}.${table} to ${api}, ${analyst}`),
    ...TENANT_TABLES.flatMap((table) => [
      `alter table ${schema}.${table} enable row level security`,
      `alter table ${schema}.${table} force row level security`,
      `drop policy if exists tenant on ${schema}.${table}`,
      `drop policy if exists system on ${schema}.${table}`,
      `create policy tenant on ${schema}.${table} for select to ${api}, ${analyst}
        using (tenant_id = ${schema}.current_tenant())`,
      `create policy system on ${schema}.${table} to ${system} using (true) with check (true)`,
    ]),
  ];
}

const quoted = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;
