import { CAMPAIGN_STATUSES, type CampaignSettings, type CampaignStatus } from '@homing/contracts';
import type { Campaign, CampaignChanged } from '@homing/vault/registry';
import type { ApiParts } from '../api.parts.js';
import { readBody } from '../http/body.reader.js';
import { withCursor } from '../http/cursor.check.js';
import { readLimit, readQuery } from '../http/query.reader.js';
import { invalidField, ProblemError } from '../problem/problem.error.js';
import { actorOf, type Caller } from '../security/caller.js';
import { budgetKeysOf, shownBudget, shownBudgetDays } from './budget.representation.js';
import { policiesAsKept } from './policies.keeping.js';
import { shownPacing } from './pacing.representation.js';
import { CampaignStatusBody, ChangeCampaignBody, CreateCampaignBody } from './settings.bodies.js';
import { budgetClash, campaignSettingsOf, keepable, readPolicies, refusalOf } from './settings.reader.js';
import { shownCampaign, shownPolicies } from './settings.representation.js';
import { changeTenant } from './tenant.change.js';

type Parts = Pick<ApiParts, 'registry' | 'queries' | 'settings'>;

/** How far back the days of a budget are shown, in milliseconds. */
const DAYS_SHOWN_MS = 31 * 86_400_000;

/** Campaigns, policies and budgets of the caller's tenant: of another's, nothing exists. */
export class SettingsKeeper {
  constructor(private readonly parts: Parts) {}

  /** `created` false: it stood before and was not changed. */
  async create(caller: Caller, body: unknown) {
    const { campaignId, name = campaignId, currency = 'EUR', status, settings } = readBody(CreateCampaignBody, body);
    const created = await this.parts.registry.createCampaign({
      ...ofCaller(caller),
      campaignId,
      name,
      currency,
      ...(status === undefined ? {} : { status }),
      ...(settings === undefined ? {} : { settings: await this.#settingsOf(caller, settings) }),
    });
    if (created.kind === 'other_currency') throw refusalOf(created, budgetClash);
    return { created: created.kind === 'created', campaign: await this.#shown(caller, created.campaign) };
  }

  async list({ tenantId }: Caller, query: unknown) {
    const wish = readQuery(query, ['status', 'cursor', 'limit']);
    const filter = { tenantId, limit: readLimit(wish.limit), ...statusFilter(wish.status), ...cursorOf(wish.cursor) };
    const [{ items, nextCursor }, tenant] = await Promise.all([
      withCursor(this.parts.registry.listCampaigns(filter)),
      this.parts.registry.readTenant(tenantId),
    ]);
    return {
      items: items.map((campaign) => shownCampaign(campaign, tenant, this.parts.settings.policy)),
      ...next(nextCursor),
    };
  }

  async find(caller: Caller, campaignId: string) {
    return this.#shown(caller, await this.#campaign(caller, campaignId));
  }

  async change(caller: Caller, campaignId: string, body: unknown) {
    const { name, settings, settingsVersion } = readBody(ChangeCampaignBody, body);
    const changed = await this.parts.registry.changeCampaign({
      ...ofCaller(caller),
      campaignId,
      ...(name === undefined ? {} : { name }),
      ...(settings === undefined ? {} : { settings: await this.#settingsOf(caller, settings) }),
      ...(settingsVersion === undefined ? {} : { seenVersion: settingsVersion }),
    });
    return this.#shown(caller, standing(changed));
  }

  /** Committed when it returns: from then on no gateway reads another status, and 500 ms later none acts on one. */
  async setStatus(caller: Caller, campaignId: string, body: unknown) {
    const { status } = readBody(CampaignStatusBody, body);
    const changed = await this.parts.registry.changeCampaign({ ...ofCaller(caller), campaignId, status });
    return this.#shown(caller, standing(changed));
  }

  async policies({ tenantId }: Caller) {
    const tenant = await this.parts.registry.readTenant(tenantId);
    if (!tenant) throw new ProblemError('not_found');
    return shownPolicies(tenant, this.parts.settings.policy);
  }

  async changePolicies(caller: Caller, body: unknown) {
    const { settings, ...seen } = readPolicies(body);
    const changed = await changeTenant(this.parts.registry, caller, {
      ...seen,
      settingsOf: (tenant) => policiesAsKept(settings, tenant, this.parts.settings.policy),
    });
    return shownPolicies(changed, this.parts.settings.policy);
  }

  async budgets({ tenantId }: Caller, query: unknown) {
    const wish = readQuery(query, ['cursor', 'limit']);
    const filter = { tenantId, limit: readLimit(wish.limit), budgeted: true, ...cursorOf(wish.cursor) };
    const { items, nextCursor } = await withCursor(this.parts.registry.listCampaigns(filter));
    const ids = items.map(({ id }) => id);
    const balances = ids.length > 0 ? await this.parts.queries.campaignBalances(tenantId, ids) : [];
    const of = Map.groupBy(balances, (balance) => balance.campaignKey);
    const tenant = await this.parts.registry.readTenant(tenantId);
    const shown = items.map((campaign) => shownBudget(campaign, tenant, of.get(campaign.id) ?? []));
    return { items: shown, ...next(nextCursor) };
  }

  async budget(caller: Caller, campaignId: string) {
    const campaign = await this.#campaign(caller, campaignId);
    const since = new Date(Date.now() - DAYS_SHOWN_MS).toISOString().slice(0, 10);
    const [tenant, balances] = await Promise.all([
      this.parts.registry.readTenant(caller.tenantId),
      this.parts.queries.campaignBalances(caller.tenantId, budgetKeysOf(campaign), since),
    ]);
    return shownBudgetDays(campaign, tenant, balances);
  }

  async pacing(caller: Caller, campaignId: string) {
    const { tenantId } = caller;
    const campaign = await this.#campaign(caller, campaignId);
    const { queries, registry } = this.parts;
    const today = new Date().toISOString().slice(0, 10);
    const [tenant, balances, messages, conversions] = await Promise.all([
      registry.readTenant(tenantId),
      queries.campaignBalances(tenantId, [campaign.id], today),
      queries.campaignMessages(tenantId, campaign.id),
      queries.conversions(tenantId, campaign.id),
    ]);
    const { policy } = this.parts.settings;
    return shownPacing({ policy, campaign, tenant, balances, messages, conversions, now: new Date() });
  }

  async #campaign({ tenantId }: Caller, campaignId: string): Promise<Campaign> {
    const campaign = await this.parts.registry.readCampaign({ tenantId, campaignId });
    if (!campaign) throw new ProblemError('not_found');
    return campaign;
  }

  /** As sent, if they can be kept beside the tenant's own. */
  async #settingsOf({ tenantId }: Caller, sent: unknown): Promise<CampaignSettings> {
    const settings = campaignSettingsOf(sent);
    return keepable(settings, await this.parts.registry.readTenant(tenantId));
  }

  async #shown({ tenantId }: Caller, campaign: Campaign) {
    return shownCampaign(campaign, await this.parts.registry.readTenant(tenantId), this.parts.settings.policy);
  }
}

const ofCaller = (caller: Caller) => ({ tenantId: caller.tenantId, actor: actorOf(caller) });

function standing(changed: CampaignChanged): Campaign {
  if ('campaign' in changed) return changed.campaign;
  throw refusalOf(changed, budgetClash);
}

function statusFilter(status: string | undefined): { status?: CampaignStatus } {
  if (status === undefined) return {};
  const known = CAMPAIGN_STATUSES.find((word) => word === status);
  if (known) return { status: known };
  throw invalidField('status', 'unknown_status', `must be one of ${CAMPAIGN_STATUSES.join(', ')}`);
}

const cursorOf = (cursor: string | undefined) => (cursor === undefined ? {} : { cursor });
const next = (nextCursor: string | undefined) => (nextCursor === undefined ? {} : { nextCursor });
