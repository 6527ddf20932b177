import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import type { VaultTables } from '../database/vault.tables.js';
import type {
  Campaign,
  CampaignIdRef,
  CampaignRef,
  Template,
  TemplateRef,
  TemplateVersionRef,
  Tenant,
} from './registry.types.js';

type Db = Kysely<VaultTables>;
type Placed<T> = T & { at: string };

const tenantColumns = sql`t.id, t.name, t.status, t.sender, t.settings, t.settings_version as "settingsVersion"`;
const templateColumns = sql`t.id, t.tenant_id as "tenantId", t.template_id as "templateId", t.version, t.bodies,
  t.variables, t.description, t.created_at as "createdAt"`;
export const campaignColumns = sql`c.id, c.tenant_id as "tenantId", c.campaign_id as "campaignId", c.name, c.status, c.currency,
  c.settings, c.settings_version as "settingsVersion", c.created_at as "createdAt"`;

/** Each loader answers in the order asked, in one statement. */
export async function loadTenants(db: Db, ids: readonly string[]): Promise<(Tenant | undefined)[]> {
  const { rows } = await sql<Placed<Tenant>>`select w.at, ${tenantColumns}
    from unnest(${[...ids]}::uuid[]) with ordinality as w (id, at) join registry.tenant t using (id)`.execute(db);
  return inOrder(rows, ids.length);
}

export async function loadTemplates(db: Db, refs: readonly TemplateRef[]): Promise<(Template | undefined)[]> {
  const { rows } = await sql<Placed<Template>>`select w.at, ${templateColumns}
    from unnest(${refs.map((r) => r.tenantId)}::uuid[], ${refs.map((r) => r.templateId)}::text[],
      ${refs.map((r) => r.version ?? null)}::int[]) with ordinality as w (tenant_id, template_id, version, at)
    cross join lateral (
      select * from registry.template t where t.tenant_id = w.tenant_id and t.template_id = w.template_id
        and (w.version is null or t.version = w.version)
      order by t.version desc limit 1) t`.execute(db);
  return inOrder(rows.map(withInstant), refs.length);
}

export async function loadTemplateVersions(
  db: Db,
  refs: readonly TemplateVersionRef[],
): Promise<(Template | undefined)[]> {
  const { rows } = await sql<Placed<Template>>`select w.at, ${templateColumns}
    from unnest(${refs.map((r) => r.tenantId)}::uuid[], ${refs.map((r) => r.id)}::uuid[],
      ${refs.map((r) => r.version)}::int[]) with ordinality as w (tenant_id, id, version, at)
    join registry.template t using (tenant_id, id, version)`.execute(db);
  return inOrder(rows.map(withInstant), refs.length);
}

export async function loadCampaigns(db: Db, refs: readonly CampaignRef[]): Promise<(Campaign | undefined)[]> {
  const { rows } = await sql<Placed<Campaign>>`select w.at, ${campaignColumns}
    from unnest(${refs.map((r) => r.tenantId)}::uuid[], ${refs.map((r) => r.campaignId)}::text[])
      with ordinality as w (tenant_id, campaign_id, at)
    join registry.campaign c using (tenant_id, campaign_id)`.execute(db);
  return inOrder(rows.map(withInstant), refs.length);
}

export async function loadCampaignsById(db: Db, refs: readonly CampaignIdRef[]): Promise<(Campaign | undefined)[]> {
  const { rows } = await sql<Placed<Campaign>>`select w.at, ${campaignColumns}
    from unnest(${refs.map((r) => r.tenantId)}::uuid[], ${refs.map((r) => r.id)}::uuid[])
      with ordinality as w (tenant_id, id, at)
    join registry.campaign c using (tenant_id, id)`.execute(db);
  return inOrder(rows.map(withInstant), refs.length);
}

export async function readVersion(db: Db): Promise<string> {
  const row = await db.selectFrom('registry.version').select('version').executeTakeFirstOrThrow();
  return row.version;
}

export type StoredKey = { readonly tenantId: string; readonly scopes: readonly string[]; readonly sha256: Buffer };

export async function loadApiKey(db: Db, keyId: string): Promise<StoredKey | undefined> {
  const { rows } = await sql<StoredKey>`select tenant_id as "tenantId", scopes, secret_sha256 as sha256
    from registry.find_api_key(${keyId})`.execute(db);
  return rows[0];
}

export async function touchApiKey(db: Db, keyId: string): Promise<void> {
  await sql`select registry.touch_api_key(${keyId})`.execute(db);
}

function inOrder<T extends object>(rows: readonly Placed<T>[], length: number): (T | undefined)[] {
  const answers: (T | undefined)[] = Array.from({ length }, () => undefined);
  for (const { at, ...row } of rows) answers[Number(at) - 1] = row as unknown as T;
  return answers;
}

export function withInstant<T extends { createdAt: string }>(row: T): T {
  return { ...row, createdAt: new Date(row.createdAt).toISOString() };
}
