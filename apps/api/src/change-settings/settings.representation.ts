import { CHANNELS, type Channel } from '@homing/contracts';
import type {
  BudgetAmounts,
  CampaignSettings,
  ConsentSettings,
  SelectionSettings,
  SendTimeSettings,
  TenantSettings,
} from '@homing/contracts';
import {
  consentRulesOf,
  DEFAULT_CONSENT,
  DEFAULT_POLICY,
  effectivePolicy,
  selectionOf,
  worstCase,
  type DecisionPolicy,
} from '@homing/domain';
import type { Campaign, Tenant } from '@homing/vault/registry';

/** The first that says anything; null says “off”. */
const first = <T>(...said: readonly (T | null | undefined)[]): T | null =>
  said.find((each) => each !== undefined) ?? null;

type Limits = Pick<CampaignSettings & TenantSettings, 'caps' | 'dedupHours'>;

/** The limits in force, as the decision itself puts them together. */
function limitsOf(tenant: Limits | undefined, campaign?: Limits) {
  const versioned = (settings: Limits | undefined) => settings && { settings, version: 0 };
  const { caps, dedupHours } = effectivePolicy(DEFAULT_POLICY, versioned(tenant), versioned(campaign)).contactLimits;
  const limit = (hours: number, of?: Channel): number | null =>
    caps.find((cap) => cap.hours === hours && cap.channel === of)?.limit ?? null;
  const counts = (of?: Channel) => ({ perDay: limit(24, of), perWeek: limit(168, of) });
  const capped = CHANNELS.filter((channel) => caps.some((cap) => cap.channel === channel));
  const channels = Object.fromEntries(capped.map((channel) => [channel, counts(channel)]));
  return { caps: { ...counts(), channels }, dedupHours };
}

function choiceOf(tenant: SelectionSettings | undefined, campaign?: SelectionSettings) {
  const { weights, channelPriority, exploration } = selectionOf(DEFAULT_POLICY.selection, tenant, campaign);
  return { weights, channelPriority, exploration };
}
/** What needs consent, as the decision itself puts it together. */
function consentOf(base: DecisionPolicy, ...widerFirst: readonly (ConsentSettings | undefined)[]) {
  const said = widerFirst.map((settings) => settings?.consent?.required);
  return { consent: { required: consentRulesOf(base.consent ?? DEFAULT_CONSENT, ...said) } };
}

/** When people may be contacted, as it is in force. */
export const sendTimeOf = (...narrowerFirst: readonly SendTimeSettings[]) => ({
  sendTime: first(...narrowerFirst.map(({ sendTime }) => sendTime), 'asap' as const),
  quietHours: first(...narrowerFirst.map(({ quietHours }) => quietHours)),
  windows: first(...narrowerFirst.map(({ windows }) => windows)),
  preferredHours: first(...narrowerFirst.map(({ preferredHours }) => preferredHours), []),
  spacing: first(...narrowerFirst.map(({ spacing }) => spacing)),
  timeZone: first(...narrowerFirst.map(({ timeZone }) => timeZone), 'UTC'),
});

const amounts = (of: BudgetAmounts | undefined) => ({
  totalMicros: of?.totalMicros ?? null,
  perDayMicros: of?.perDayMicros ?? null,
});

const mapValues = <T, R>(of: Readonly<Record<string, T>>, change: (value: T) => R): Record<string, R> =>
  Object.fromEntries(Object.entries(of).map(([name, value]) => [name, change(value)]));

/** A campaign with its settings, and what is in force where it says nothing. */
export function shownCampaign(
  campaign: Campaign,
  tenant: Pick<Tenant, 'settings'> | undefined,
  base: DecisionPolicy = DEFAULT_POLICY,
) {
  const { campaignId, name, status, currency, settings, settingsVersion, createdAt } = campaign;
  const { budget, dailyLimit = null, whenDailyLimitReached = 'refuse' } = settings;
  const wider = tenant?.settings ?? {};
  return {
    campaignId,
    name,
    status,
    currency,
    settings,
    settingsVersion,
    effective: {
      budget: { ...amounts(budget), channels: mapValues(budget?.channels ?? {}, amounts) },
      ...limitsOf(tenant?.settings, settings),
      dailyLimit,
      whenDailyLimitReached,
      ...sendTimeOf(settings, wider),
      ...choiceOf(tenant?.settings, settings),
      ...consentOf(base, tenant?.settings, settings),
    },
    createdAt,
  };
}

/** @param base the installation's */
export const shownPolicies = (
  { settings, settingsVersion }: Pick<Tenant, 'settings' | 'settingsVersion'>,
  base: DecisionPolicy = DEFAULT_POLICY,
) => ({
  ...settings,
  settingsVersion,
  effective: {
    ...limitsOf(settings),
    ...sendTimeOf(settings),
    ...choiceOf(settings),
    ...consentOf(base, settings),
    prices: { ...pricesOf(base), ...worstCases(settings, base) },
  },
});

/** What is reserved for one message: of a table its worst case, by the provider in use. */
const worstCases = ({ prices = {} }: TenantSettings, base: DecisionPolicy) =>
  Object.fromEntries(
    CHANNELS.flatMap((channel) => {
      const price = prices[channel];
      const { provider, standIns } = base.channels[channel] ?? {};
      return price ? [[channel, worstCase(price, { channel, provider, standIns })]] : [];
    }),
  );

const pricesOf = ({ channels }: DecisionPolicy) =>
  Object.fromEntries(Object.entries(channels).map(([channel, { price }]) => [channel, price]));
