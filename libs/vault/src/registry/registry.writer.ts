import { sql } from 'kysely';
import canonicalize from 'canonicalize';
import { v7 as uuidv7 } from 'uuid';
import { withTenant } from '../database/vault.database.js';
import type { VaultDatabase } from '../database/vault.tables.js';
import { mintApiKey } from './api-key.token.js';
import { audit, oneSettingsWriterAtATime, oneWriterAtATime, type Change, type Trx } from './registry.audit.js';
import { loadCampaigns, loadTemplates, loadTenants } from './registry.queries.js';
import type { Campaign, NewCampaign, NewTemplate, RegistryWriter, Template, Tenant } from './registry.types.js';
import type { SettingsWriter } from './settings.types.js';
import { createSettingsWriter } from './settings.writer.js';

/** `changed` hears of every committed write. */
export function createWriter(db: VaultDatabase, changed: () => void): RegistryWriter & SettingsWriter {
  const write = async <T>(tenantId: string, work: (trx: Trx) => Promise<T>): Promise<T> => {
    try {
      return await withTenant(db, tenantId, work);
    } finally {
      changed();
    }
  };
  return {
    ...createSettingsWriter(write),
    createTenant: (input) => {
      const id = input.id ?? uuidv7();
      return write(id, (trx) => createTenant(trx, { ...input, id }));
    },
    setTenantStatus: ({ tenantId, status, actor }) =>
      write(tenantId, (trx) => changeTenant(trx, { tenantId, actor, action: 'tenant.status' }, { status })),
    setTenantSettings: (input) => write(input.tenantId, (trx) => setTenantSettings(trx, input)),
    setSender: ({ tenantId, sender, actor }) =>
      write(tenantId, (trx) =>
        changeTenant(trx, { tenantId, actor, action: 'tenant.sender' }, { sender: JSON.stringify(sender) }),
      ),
    createApiKey: ({ tenantId, name, scopes, env, actor }) =>
      write(tenantId, async (trx) => {
        const { keyId, key, sha256 } = mintApiKey(env);
        await trx
          .insertInto('registry.api_key')
          .values({ id: keyId, tenant_id: tenantId, name, scopes: [...scopes], secret_sha256: sha256 })
          .execute();
        await audit(trx, { tenantId, actor, action: 'api_key.create', subject: keyId, after: { name, scopes } });
        return { keyId, key };
      }),
    revokeApiKey: ({ tenantId, keyId, actor }) =>
      write(tenantId, async (trx) => {
        const { numUpdatedRows } = await trx
          .updateTable('registry.api_key')
          .set({ revoked_at: sql<Date>`now()` })
          .where('id', '=', keyId)
          .where('tenant_id', '=', tenantId)
          .where('revoked_at', 'is', null)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return false;
        await audit(trx, { tenantId, actor, action: 'api_key.revoke', subject: keyId });
        return true;
      }),
    putTemplate: (input) => write(input.tenantId, (trx) => putTemplate(trx, input)),
    putCampaign: (input) => write(input.tenantId, (trx) => putCampaign(trx, input)),
  };
}

async function createTenant(
  trx: Trx,
  { id, ...input }: Parameters<RegistryWriter['createTenant']>[0] & { readonly id: string },
): Promise<Tenant> {
  const sender = input.sender === undefined ? null : JSON.stringify(input.sender);
  const inserted = await trx
    .insertInto('registry.tenant')
    .values({ id, name: input.name, sender })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst();
  const [tenant] = await loadTenants(trx, [id]);
  if ((inserted.numInsertedOrUpdatedRows ?? 0n) > 0n)
    await audit(trx, { tenantId: id, actor: input.actor, action: 'tenant.create', subject: id, after: tenant });
  return tenant as Tenant;
}

async function changeTenant(
  trx: Trx,
  change: Omit<Change, 'subject'>,
  values: { status: Tenant['status'] } | { sender: string } | { settings: string; settings_version: number },
): Promise<Tenant | undefined> {
  const { tenantId } = change;
  const [before] = await loadTenants(trx, [tenantId]);
  await trx.updateTable('registry.tenant').set(values).where('id', '=', tenantId).execute();
  const [after] = await loadTenants(trx, [tenantId]);
  if (after !== undefined) await audit(trx, { ...change, subject: tenantId, before, after });
  return after;
}

async function setTenantSettings(
  trx: Trx,
  { tenantId, settings, actor }: Parameters<RegistryWriter['setTenantSettings']>[0],
): Promise<Tenant | undefined> {
  await oneSettingsWriterAtATime(trx, tenantId);
  const [before] = await loadTenants(trx, [tenantId]);
  if (!before || canonicalize(before.settings) === canonicalize(settings)) return before;
  const values = { settings: JSON.stringify(settings), settings_version: before.settingsVersion + 1 };
  return changeTenant(trx, { tenantId, actor, action: 'tenant.settings' }, values);
}

async function putTemplate(trx: Trx, input: NewTemplate & { readonly actor: string }): Promise<Template> {
  const { tenantId, templateId, bodies, variables, actor, description = '' } = input;
  await oneWriterAtATime(trx, ['template', tenantId, templateId]);
  const [newest] = await loadTemplates(trx, [{ tenantId, templateId }]);
  if (newest !== undefined && contentOf(newest) === contentOf({ bodies, variables, description })) return newest;
  await trx
    .insertInto('registry.template')
    .values({
      id: newest?.id ?? uuidv7(),
      tenant_id: tenantId,
      template_id: templateId,
      version: (newest?.version ?? 0) + 1,
      bodies: JSON.stringify(bodies),
      variables: [...variables],
      description,
    })
    .execute();
  const [stored] = await loadTemplates(trx, [{ tenantId, templateId }]);
  const before = newest && { version: newest.version };
  const after = { id: stored?.id, version: stored?.version, variables };
  await audit(trx, { tenantId, actor, action: 'template.put', subject: templateId, before, after });
  return stored as Template;
}

function contentOf({ bodies, variables, description }: Pick<Template, 'bodies' | 'variables' | 'description'>): string {
  return canonicalize({ bodies, variables, description }) ?? '';
}

async function putCampaign(trx: Trx, input: NewCampaign & { readonly actor: string }): Promise<Campaign> {
  const { tenantId, campaignId, name, actor } = input;
  await oneWriterAtATime(trx, ['campaign', tenantId, campaignId]);
  const [before] = await loadCampaigns(trx, [{ tenantId, campaignId }]);
  const status = input.status ?? before?.status ?? 'active';
  const settings = input.settings ?? before?.settings ?? {};
  const same = canonicalize(settings) === canonicalize(before?.settings ?? {});
  if (before !== undefined && before.name === name && before.status === status && same) return before;
  const set = {
    name,
    status,
    settings: JSON.stringify(settings),
    settings_version: (before?.settingsVersion ?? 0) + (same ? 0 : 1),
  };
  await trx
    .insertInto('registry.campaign')
    .values({ id: uuidv7(), tenant_id: tenantId, campaign_id: campaignId, currency: input.currency, ...set })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'campaign_id']).doUpdateSet(set))
    .execute();
  const [after] = await loadCampaigns(trx, [{ tenantId, campaignId }]);
  await audit(trx, { tenantId, actor, action: 'campaign.put', subject: campaignId, before, after });
  return after as Campaign;
}
