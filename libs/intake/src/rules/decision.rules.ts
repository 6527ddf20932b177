import type { CampaignSettings, TenantSettings } from '@homing/contracts';
import {
  effectivePolicy,
  type CampaignLimits,
  type DecisionInputs,
  type DecisionPolicy,
  type ZoneOwner,
} from '@homing/domain';
import type { Campaign } from '@homing/vault/registry';

/** What the rules of one request are, by the settings they follow from. */
export interface Rules {
  readonly policy: DecisionPolicy;
  readonly campaign?: DecisionInputs['campaign'];
  /** IANA zone of the campaign's days, and of recipients of whom none is known. */
  readonly zone: string;
  /** Whose setting the zone is. Default `product`. */
  readonly zoneOwner?: Exclude<ZoneOwner, 'recipient'>;
  /** IANA zone of the tenant's days, which channels' quotas are counted by. Default UTC. */
  readonly tenantZone?: string;
}

export type SetTenant = { readonly settings: TenantSettings; readonly settingsVersion: number };
export type SetCampaign = Pick<Campaign, 'id' | 'status' | 'currency' | 'settings' | 'settingsVersion'>;

/** The rules in force under these settings: one and the same for a decision and for whoever replays it. */
export function rulesOf(base: DecisionPolicy, tenant: SetTenant | undefined, campaign: SetCampaign | undefined): Rules {
  const policy = effectivePolicy(
    base,
    tenant && { settings: tenant.settings, version: tenant.settingsVersion },
    campaign && { settings: campaign.settings, version: campaign.settingsVersion },
  );
  const tenantZone = tenant?.settings.timeZone;
  const zoned = { policy, ...zoneOf(tenant, campaign), ...(tenantZone === undefined ? {} : { tenantZone }) };
  if (!campaign) return zoned;
  const { settings, status } = campaign;
  return { ...zoned, campaign: { status, limits: limitsOf(campaign, settings) } };
}

function zoneOf(
  tenant: SetTenant | undefined,
  campaign: SetCampaign | undefined,
): Required<Pick<Rules, 'zone' | 'zoneOwner'>> {
  const own = campaign?.settings.timeZone;
  if (own !== undefined) return { zone: own, zoneOwner: 'campaign' };
  const wider = tenant?.settings.timeZone;
  return wider === undefined ? { zone: 'UTC', zoneOwner: 'product' } : { zone: wider, zoneOwner: 'tenant' };
}

function limitsOf({ id, currency, settingsVersion }: SetCampaign, settings: CampaignSettings): CampaignLimits {
  const { budget, dailyLimit, whenDailyLimitReached } = settings;
  return {
    campaignKey: id,
    currency,
    // The first setting is a setting too: a balance without any has version 0.
    version: settingsVersion + 1,
    totalMicros: budget?.totalMicros,
    perDayMicros: budget?.perDayMicros,
    channels: budget?.channels,
    dailyLimit,
    whenFull: whenDailyLimitReached,
  };
}
