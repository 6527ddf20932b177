import { isChannel, type Channel } from '@homing/contracts';
import { consentRulesOf, consentVersion, DEFAULT_CONSENT, type ConsentRules } from '../consent/consent.rule.js';
import { channelDefaults } from './channel.defaults.js';
import { DEFAULT_POLICY, type ChannelPolicy, type DecisionPolicy } from './policy.state.js';

/** The providers each channel of an installation sends through, the most preferred first; a channel that is not named sends nothing. */
export type ChannelProviders = ReadonlyMap<Channel, readonly string[]>;

/** What an installation has that says nothing: `channel:provider,provider;channel:provider`. */
export const DEFAULT_CHANNEL_PROVIDERS = 'email:sendgrid';

/** How it is written, for whoever wrote it otherwise. */
export const CHANNEL_PROVIDERS_FORM =
  'must be <channel>:<provider>,<provider>;... with each channel and each provider of it named once, phone not at all';

/** Undefined where it is not of the form. Spaces around names do not matter. */
export function readChannelProviders(text: string): ChannelProviders | undefined {
  const found = new Map<Channel, readonly string[]>();
  for (const part of text.split(';').map((each) => each.trim())) {
    if (part === '') continue;
    const [channel = '', list, ...more] = part.split(':').map((each) => each.trim());
    const providers = (list ?? '').split(',').map((each) => each.trim());
    const sound = providers.every((each) => /^[a-z][a-z0-9_]{0,39}$/.test(each));
    const once = new Set(providers).size === providers.length;
    if (!isChannel(channel) || channel === 'phone' || found.has(channel)) return undefined;
    if (more.length > 0 || !sound || !once) return undefined;
    found.set(channel, providers);
  }
  return found.size > 0 ? found : undefined;
}

/**
 * The policy of an installation that sends through these providers, before its tenants have said anything. Every channel that has a
 * provider is enabled; a decision is planned through the most preferred one, at the price of the dearest. Where email through SendGrid
 * is all there is, it is `DEFAULT_POLICY`; else its version names the providers.
 * @param consent what the installation demands otherwise than the product; its version says so
 */
export function installedPolicy(providers: ChannelProviders, consent?: ConsentRules): DecisionPolicy {
  const policy = sendingPolicy(providers);
  if (!consent || Object.keys(consent).length === 0) return policy;
  const rules = consentRulesOf(DEFAULT_CONSENT, consent);
  return { ...policy, version: `${policy.version}${consentVersion(rules)}`, consent: rules };
}

function sendingPolicy(providers: ChannelProviders): DecisionPolicy {
  const named = [...providers].map(([channel, keys]) => `${channel}:${keys.join(',')}`).sort();
  if (named.join() === DEFAULT_CHANNEL_PROVIDERS) return DEFAULT_POLICY;
  const channels = [...providers].map(([channel, keys]) => [channel, channelOf(channel, keys)] as const);
  return {
    ...DEFAULT_POLICY,
    version: `${DEFAULT_POLICY.version}@${named.join(';')}`,
    channels: Object.fromEntries(channels),
  };
}

/** Email as ever; another channel with the retries it has by default, free of charge until a price table says otherwise. */
function channelOf(channel: Channel, [provider = '', ...standIns]: readonly string[]): ChannelPolicy {
  const used = { provider, ...(standIns.length > 0 ? { standIns } : {}) };
  const known = DEFAULT_POLICY.channels[channel];
  if (known) return { ...known, ...used };
  const { maxRetries = 2, retryBackoffHours = [], assisted } = channelDefaults(channel);
  return {
    enabled: true,
    ...used,
    price: { micros: 0, currency: 'EUR' },
    retry: { maxRetries, delaysSeconds: retryBackoffHours.map((hours) => hours * 3_600) },
    prior: 0.5,
    ...(assisted === undefined ? {} : { assisted }),
  };
}
