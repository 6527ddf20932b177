import { CHANNELS, PERSON_WINDOW_HOURS, type CapCounts, type CapSettings, type Channel } from '@homing/contracts';
import type { ChannelSettings, ChannelsSettings } from '@homing/contracts';
import type { CampaignPeriod, ConsentSettings, Price, SelectionSettings, SendTimeSettings } from '@homing/contracts';
import { consentRulesOf, DEFAULT_CONSENT } from '../consent/consent.rule.js';
import type { FrequencyCap } from '../ledger/frequency-cap.policy.js';
import type { ContactLimits } from '../ledger/person.decider.js';
import { worstCase } from '../pricing/worst-case.policy.js';
import type { SelectionPolicy } from '../routing/selection.state.js';
import { sendTimeRules } from '../send-time/send-time.rules.js';
import { channelPolicyOf } from './channel.policy.js';
import type { DecisionPolicy } from './policy.state.js';

/** What a tenant or a campaign may set of its limits, its choice of channels and its times. Null switches off; absent leaves it to the next wider setting. */
export interface LimitSettings extends SelectionSettings, SendTimeSettings, CampaignPeriod, ConsentSettings {
  readonly caps?: CapSettings;
  readonly dedupHours?: number | null;
  readonly channels?: ChannelsSettings<ChannelSettings>;
}

export interface TenantPolicy extends LimitSettings {
  /** Worst case of one message, or the table it follows from, by channel. */
  readonly prices?: Readonly<Partial<Record<Channel, Price>>>;
}

/** A setting with its version. */
export interface Versioned<T> {
  readonly settings: T;
  readonly version: number;
}

/** The policy in force: campaign before tenant before product. The version names all that went into it. */
export function effectivePolicy(
  base: DecisionPolicy,
  tenant: Versioned<TenantPolicy> | undefined,
  campaign: Versioned<LimitSettings> | undefined,
): DecisionPolicy {
  if (!tenant && !campaign) return base;
  const prices = tenant?.settings.prices ?? {};
  const priced = Object.entries(base.channels).map(([name, policy]) => {
    const channel = name as Channel;
    const price = prices[channel];
    // The recipient's country is not known to a decision: the dearest of all.
    const worst = price && worstCase(price, { channel, provider: policy.provider, standIns: policy.standIns });
    const used = channelPolicyOf(policy, {
      tenant: tenant?.settings.channels?.[channel],
      campaign: campaign?.settings.channels?.[channel],
      version: tenant?.version ?? 0,
    });
    return [channel, worst ? { ...used, price: worst } : used] as const;
  });
  const versions = [tenant && `t${tenant.version}`, campaign && `c${campaign.version}`].filter(Boolean);
  const sendTime = sendTimeRules([tenant?.settings, campaign?.settings], campaign?.settings);
  return {
    ...base,
    version: [base.version, ...versions].join('+'),
    channels: Object.fromEntries(priced),
    contactLimits: limitsOf(base.contactLimits, [tenant?.settings, campaign?.settings]),
    selection: selectionOf(base.selection, tenant?.settings, campaign?.settings),
    ...(sendTime ? { sendTime } : {}),
    ...consentOf(base, [tenant?.settings, campaign?.settings]),
  };
}

/** What is demanded of consent, where tenant or campaign say anything of it. */
function consentOf(
  base: DecisionPolicy,
  settings: readonly (ConsentSettings | undefined)[],
): Pick<DecisionPolicy, 'consent'> {
  const said = settings.flatMap((each) => each?.consent?.required ?? []);
  return said.length === 0 ? {} : { consent: consentRulesOf(base.consent ?? DEFAULT_CONSENT, ...said) };
}

/** Each part on its own: the campaign's, else the tenant's, else the product's. */
export function selectionOf(
  base: SelectionPolicy,
  tenant: SelectionSettings | undefined,
  campaign: SelectionSettings | undefined,
): SelectionPolicy {
  return {
    ...base,
    weights: campaign?.weights ?? tenant?.weights ?? base.weights,
    channelPriority: campaign?.channelPriority ?? tenant?.channelPriority ?? base.channelPriority,
    exploration: campaign?.exploration ?? tenant?.exploration ?? base.exploration,
  };
}

/** The windows of caps, in hours. */
const WINDOWS = [
  ['perDay', 24],
  ['perWeek', 168],
] as const;

/** The narrower setting comes later and wins, cap by cap. Those of a channel stand beside those over all. */
function limitsOf(base: ContactLimits, settings: readonly (LimitSettings | undefined)[]): ContactLimits {
  const caps = new Map(base.caps.map((cap) => [keyOf(cap), cap]));
  let dedupHours = base.dedupHours;
  const limit = (hours: number, most: number | null | undefined, of: { readonly channel?: Channel }): void => {
    if (most === null) caps.delete(keyOf({ ...of, hours }));
    else if (most !== undefined) caps.set(keyOf({ ...of, hours }), { limit: most, hours, ...of });
  };
  const set = (counts: CapCounts | undefined, of: { readonly channel?: Channel }): void => {
    for (const [name, hours] of WINDOWS) limit(hours, counts?.[name], of);
  };
  for (const setting of settings) {
    set(setting?.caps, {});
    for (const channel of CHANNELS) {
      set(setting?.caps?.channels?.[channel], { channel });
      limit(PERSON_WINDOW_HOURS, setting?.channels?.[channel]?.maxPerPerson, { channel });
    }
    if (setting?.dedupHours !== undefined) dedupHours = setting.dedupHours;
  }
  return { caps: [...caps.values()], dedupHours };
}

const keyOf = ({ channel, hours }: Pick<FrequencyCap, 'channel' | 'hours'>): string => `${channel ?? ''} ${hours}`;
