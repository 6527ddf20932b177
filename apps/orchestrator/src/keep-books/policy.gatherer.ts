import type { CampaignSettings, OutreachRequested, TenantSettings } from '@homing/contracts';
import {
  DEFAULT_POLICY,
  effectivePolicy,
  type CampaignLimits,
  type DecisionInputs,
  type DecisionPolicy,
  type ZoneOwner,
} from '@homing/domain';
import type { Campaign, RegistryReader } from '@homing/vault/registry';

/** What the rules of one request are, as configured now. */
export interface Rules {
  readonly policy: DecisionPolicy;
  readonly campaign?: DecisionInputs['campaign'];
  /** IANA zone of the campaign's days, and of recipients of whom none is known. */
  readonly zone: string;
  /** Whose setting the zone is. Default `product`. */
  readonly zoneOwner?: Exclude<ZoneOwner, 'recipient'>;
}

/** Where nothing is configured. */
export const PRODUCT_RULES: Rules = { policy: DEFAULT_POLICY, zone: 'UTC' };

type Named = Pick<OutreachRequested, 'tenantId' | 'campaignKey'>;

/** Gathers the rules of a batch set-wise, through the registry's cache; in the order asked. */
export async function gatherRules(
  registry: Pick<RegistryReader, 'findTenants' | 'findCampaignsById'>,
  base: DecisionPolicy,
  requests: readonly Named[],
): Promise<Rules[]> {
  const named = requests.filter((request) => request.campaignKey !== undefined);
  const [tenants, campaigns] = await Promise.all([
    registry.findTenants(requests.map(({ tenantId }) => tenantId)),
    registry.findCampaignsById(named.map(({ tenantId, campaignKey = '' }) => ({ tenantId, id: campaignKey }))),
  ]);
  const found = campaigns.values();
  return requests.map((request, i): Rules => {
    const campaign = request.campaignKey === undefined ? undefined : found.next().value;
    return rulesOf(base, tenants[i], campaign);
  });
}

type SetTenant = { readonly settings: TenantSettings; readonly settingsVersion: number };

function rulesOf(base: DecisionPolicy, tenant: SetTenant | undefined, campaign: Campaign | undefined): Rules {
  const policy = effectivePolicy(
    base,
    tenant && { settings: tenant.settings, version: tenant.settingsVersion },
    campaign && { settings: campaign.settings, version: campaign.settingsVersion },
  );
  const zoned = { policy, ...zoneOf(tenant, campaign) };
  if (!campaign) return zoned;
  const { settings, status } = campaign;
  return { ...zoned, campaign: { status, limits: limitsOf(campaign, settings) } };
}

function zoneOf(
  tenant: SetTenant | undefined,
  campaign: Campaign | undefined,
): Required<Pick<Rules, 'zone' | 'zoneOwner'>> {
  const own = campaign?.settings.timeZone;
  if (own !== undefined) return { zone: own, zoneOwner: 'campaign' };
  const wider = tenant?.settings.timeZone;
  return wider === undefined ? { zone: 'UTC', zoneOwner: 'product' } : { zone: wider, zoneOwner: 'tenant' };
}

function limitsOf({ id, currency, settingsVersion }: Campaign, settings: CampaignSettings): CampaignLimits {
  const { budget, dailyLimit } = settings;
  return {
    campaignKey: id,
    currency,
    // The first setting is a setting too: a balance without any has version 0.
    version: settingsVersion + 1,
    totalMicros: budget?.totalMicros,
    perDayMicros: budget?.perDayMicros,
    dailyLimit,
  };
}
