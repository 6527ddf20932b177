import type { Channel } from '@homing/contracts';
import { channelDefaults, effectivePolicy, isInstalled, type DecisionPolicy } from '@homing/domain';
import type { Tenant } from '@homing/vault/registry';

/** A channel as its tenant configured it, what is in force, and what a field has that is left out when it is configured. */
export function shownChannel(
  channel: Channel,
  { settings, settingsVersion }: Pick<Tenant, 'settings' | 'settingsVersion'>,
  base: DecisionPolicy,
) {
  const config = settings.channels?.[channel];
  const policy = effectivePolicy(base, { settings, version: settingsVersion }, undefined).channels[channel];
  return {
    channel,
    installed: isInstalled(channel, base),
    configured: config !== undefined,
    ...config,
    settingsVersion,
    effective: {
      enabled: policy?.enabled ?? false,
      assisted: policy?.assisted ?? false,
      maxPerHour: policy?.quota?.perHour ?? null,
      maxPerDay: policy?.quota?.perDay ?? null,
      maxPerPerson: config?.maxPerPerson ?? null,
      maxRetries: policy?.retry.maxRetries ?? config?.maxRetries ?? 0,
      retryBackoffHours: policy?.retry.delaysSeconds.map((seconds) => seconds / 3_600) ?? [],
    },
    defaults: channelDefaults(channel, base),
  };
}
