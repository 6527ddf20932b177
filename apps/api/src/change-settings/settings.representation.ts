import type { CampaignSettings, SelectionSettings, SendTimeSettings, TenantSettings } from '@homing/contracts';
import { DEFAULT_POLICY, selectionOf } from '@homing/domain';
import type { Campaign, Tenant } from '@homing/vault/registry';

const product = {
  perDay: DEFAULT_POLICY.contactLimits.caps.find((cap) => cap.hours === 24 && cap.channel === undefined)?.limit ?? null,
  perWeek:
    DEFAULT_POLICY.contactLimits.caps.find((cap) => cap.hours === 168 && cap.channel === undefined)?.limit ?? null,
  dedupHours: DEFAULT_POLICY.contactLimits.dedupHours,
};

/** The first that says anything; null says “off”. */
const first = <T>(...said: readonly (T | null | undefined)[]): T | null =>
  said.find((each) => each !== undefined) ?? null;

type Limits = Pick<CampaignSettings & TenantSettings, 'caps' | 'dedupHours'>;
const limitsOf = (...narrowerFirst: readonly Limits[]) => ({
  caps: {
    perDay: first(...narrowerFirst.map(({ caps }) => caps?.perDay), product.perDay),
    perWeek: first(...narrowerFirst.map(({ caps }) => caps?.perWeek), product.perWeek),
  },
  dedupHours: first(...narrowerFirst.map(({ dedupHours }) => dedupHours), product.dedupHours),
});

function choiceOf(tenant: SelectionSettings | undefined, campaign?: SelectionSettings) {
  const { weights, channelPriority, exploration } = selectionOf(DEFAULT_POLICY.selection, tenant, campaign);
  return { weights, channelPriority, exploration };
}
/** When people may be contacted, as it is in force. */
export const sendTimeOf = (...narrowerFirst: readonly SendTimeSettings[]) => ({
  sendTime: first(...narrowerFirst.map(({ sendTime }) => sendTime), 'asap' as const),
  quietHours: first(...narrowerFirst.map(({ quietHours }) => quietHours)),
  windows: first(...narrowerFirst.map(({ windows }) => windows)),
  timeZone: first(...narrowerFirst.map(({ timeZone }) => timeZone), 'UTC'),
});

/** A campaign with its settings, and what is in force where it says nothing. */
export function shownCampaign(campaign: Campaign, tenant: Pick<Tenant, 'settings'> | undefined) {
  const { campaignId, name, status, currency, settings, settingsVersion, createdAt } = campaign;
  const { budget, dailyLimit = null } = settings;
  const wider = tenant?.settings ?? {};
  return {
    campaignId,
    name,
    status,
    currency,
    settings,
    settingsVersion,
    effective: {
      budget: { totalMicros: budget?.totalMicros ?? null, perDayMicros: budget?.perDayMicros ?? null },
      ...limitsOf(settings, wider),
      dailyLimit,
      ...sendTimeOf(settings, wider),
      ...choiceOf(tenant?.settings, settings),
    },
    createdAt,
  };
}

export const shownPolicies = ({ settings, settingsVersion }: Pick<Tenant, 'settings' | 'settingsVersion'>) => ({
  ...settings,
  settingsVersion,
  effective: {
    ...limitsOf(settings),
    ...sendTimeOf(settings),
    ...choiceOf(settings),
    prices: { ...productPrices, ...settings.prices },
  },
});

const productPrices = Object.fromEntries(
  Object.entries(DEFAULT_POLICY.channels).map(([channel, { price }]) => [channel, price]),
);
