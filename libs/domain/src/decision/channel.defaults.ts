import type { Channel, ChannelSettings } from '@homing/contracts';
import { DEFAULT_POLICY, type DecisionPolicy } from './policy.state.js';

/**
 * What a channel is configured with where whoever configures it leaves a field out (REQUIREMENTS B12, C5). A channel that nobody
 * configured has no quotas, and the retries of `DEFAULT_POLICY`.
 * @param base the installation's
 */
export function channelDefaults(channel: Channel, base: DecisionPolicy = DEFAULT_POLICY): ChannelSettings {
  return { enabled: isInstalled(channel, base), ...DEFAULTS[channel] };
}

/** True where the installation has a provider for the channel. */
export const isInstalled = (channel: Channel, base: DecisionPolicy): boolean => base.channels[channel] !== undefined;

const DEFAULTS: Readonly<Partial<Record<Channel, ChannelSettings>>> = {
  email: {
    maxPerHour: 100,
    maxPerDay: 500,
    maxPerPerson: 3,
    maxRetries: 2,
    retryBackoffHours: [24, 48],
    templates: { cold_outreach: 'cold_outreach', follow_up: 'follow_up' },
  },
  linkedin: { assisted: true, maxRetries: 1, retryBackoffHours: [48] },
  contact_form: { maxRetries: 0 },
};
