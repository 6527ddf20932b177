import type { CampaignSettings, Channel, TenantSettings } from '@homing/contracts';
import canonicalize from 'canonicalize';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { audit, oneSettingsWriterAtATime, oneWriterAtATime, type Trx } from './registry.audit.js';
import { loadCampaigns, loadTenants } from './registry.queries.js';
import type { Actor, Campaign, NewCampaign, Tenant } from './registry.types.js';
import type {
  CampaignChange,
  CampaignChanged,
  CampaignCreation,
  OtherCurrency,
  SettingsWriter,
  TenantSettingsChange,
  TenantSettingsChanged,
} from './settings.types.js';

/** `write` runs one transaction as the tenant. */
export function createSettingsWriter(
  write: <T>(tenantId: string, work: (trx: Trx) => Promise<T>) => Promise<T>,
): SettingsWriter {
  return {
    createCampaign: (input) => write(input.tenantId, (trx) => createCampaign(trx, input)),
    changeCampaign: (input) => write(input.tenantId, (trx) => changeCampaign(trx, input)),
    changeTenantSettings: (input) => write(input.tenantId, (trx) => changeTenantSettings(trx, input)),
  };
}

async function createCampaign(trx: Trx, input: Actor & NewCampaign): Promise<CampaignCreation> {
  const { tenantId, campaignId, name, currency, actor, status = 'active', settings = {} } = input;
  await oneSettingsWriterAtATime(trx, tenantId);
  await oneWriterAtATime(trx, ['campaign', tenantId, campaignId]);
  const [stands] = await loadCampaigns(trx, [{ tenantId, campaignId }]);
  if (stands) return { kind: 'exists', campaign: stands };
  const clash = await pricesAgainst(trx, { tenantId, currency, settings });
  if (clash) return clash;
  await trx
    .insertInto('registry.campaign')
    .values({
      id: uuidv7(),
      tenant_id: tenantId,
      campaign_id: campaignId,
      name,
      status,
      currency,
      settings: JSON.stringify(settings),
      settings_version: isEmpty(settings) ? 0 : 1,
    })
    .execute();
  const [campaign] = await loadCampaigns(trx, [{ tenantId, campaignId }]);
  await audit(trx, { tenantId, actor, action: 'campaign.create', subject: campaignId, after: campaign });
  return { kind: 'created', campaign: campaign as Campaign };
}

async function changeCampaign(trx: Trx, input: Actor & CampaignChange): Promise<CampaignChanged> {
  const { tenantId, campaignId, actor, settings, seenVersion } = input;
  if (settings) await oneSettingsWriterAtATime(trx, tenantId);
  await oneWriterAtATime(trx, ['campaign', tenantId, campaignId]);
  const [before] = await loadCampaigns(trx, [{ tenantId, campaignId }]);
  if (!before) return { kind: 'missing' };
  const { settingsVersion } = before;
  if (seenVersion !== undefined && seenVersion !== settingsVersion) return { kind: 'outdated', settingsVersion };
  const { name = before.name, status = before.status } = input;
  if (before.status === 'stopped' && status !== 'stopped') return { kind: 'stopped' };
  const renewed = settings !== undefined && !isSame(settings, before.settings);
  if (!renewed && name === before.name && status === before.status) return { kind: 'unchanged', campaign: before };
  const clash = renewed && (await pricesAgainst(trx, { tenantId, currency: before.currency, settings }));
  if (clash) return clash;
  await trx
    .updateTable('registry.campaign')
    .set({
      ...(name === before.name ? {} : { name }),
      ...(status === before.status ? {} : { status }),
      ...(renewed ? { settings: JSON.stringify(settings), settings_version: settingsVersion + 1 } : {}),
    })
    .where('id', '=', before.id)
    .execute();
  const [after] = await loadCampaigns(trx, [{ tenantId, campaignId }]);
  const action = status === before.status ? 'campaign.change' : 'campaign.status';
  await audit(trx, { tenantId, actor, action, subject: campaignId, before, after });
  return { kind: 'changed', campaign: after as Campaign };
}

async function changeTenantSettings(trx: Trx, input: Actor & TenantSettingsChange): Promise<TenantSettingsChanged> {
  const { tenantId, actor, settings, seenVersion } = input;
  await oneSettingsWriterAtATime(trx, tenantId);
  const [before] = await loadTenants(trx, [tenantId]);
  if (!before) return { kind: 'missing' };
  const { settingsVersion } = before;
  if (seenVersion !== undefined && seenVersion !== settingsVersion) return { kind: 'outdated', settingsVersion };
  if (isSame(settings, before.settings)) return { kind: 'unchanged', tenant: before };
  const clash = await budgetsAgainst(trx, tenantId, settings);
  if (clash) return clash;
  await trx
    .updateTable('registry.tenant')
    .set({ settings: JSON.stringify(settings), settings_version: settingsVersion + 1 })
    .where('id', '=', tenantId)
    .execute();
  const [after] = await loadTenants(trx, [tenantId]);
  await audit(trx, { tenantId, actor, action: 'tenant.settings', subject: tenantId, before, after });
  return { kind: 'changed', tenant: after as Tenant };
}

const isSame = (a: unknown, b: unknown): boolean => canonicalize(a) === canonicalize(b);
const isEmpty = (settings: object): boolean => Object.keys(settings).length === 0;
const hasBudget = ({ budget }: CampaignSettings): boolean => budget !== undefined && !isEmpty(budget);

interface Money {
  readonly tenantId: string;
  readonly currency: string;
  readonly settings: CampaignSettings;
}

/** The tenant's prices that a campaign's budget could not be charged with. */
async function pricesAgainst(trx: Trx, { tenantId, currency, settings }: Money): Promise<OtherCurrency | undefined> {
  if (!hasBudget(settings)) return undefined;
  const [tenant] = await loadTenants(trx, [tenantId]);
  return clashOf(tenant?.settings ?? {}, (price) => price !== currency);
}

/** New prices that some budget could not be charged with. Of a stopped campaign nothing is charged any more. */
async function budgetsAgainst(
  trx: Trx,
  tenantId: string,
  settings: TenantSettings,
): Promise<OtherCurrency | undefined> {
  const { rows } = await sql<{ currency: string }>`select distinct currency from registry.campaign
    where tenant_id = ${tenantId} and status <> 'stopped' and coalesce(settings -> 'budget', '{}') <> '{}'`.execute(
    trx,
  );
  const budgets = rows.map((row) => row.currency);
  return clashOf(settings, (price) => budgets.some((currency) => currency !== price));
}

function clashOf({ prices = {} }: TenantSettings, clashes: (currency: string) => boolean): OtherCurrency | undefined {
  const channels = Object.entries(prices)
    .filter(([, price]) => clashes(price.currency))
    .map(([channel]) => channel as Channel);
  return channels.length > 0 ? { kind: 'other_currency', channels } : undefined;
}
