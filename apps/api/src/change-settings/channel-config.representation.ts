import type { Channel } from '@homing/contracts';
import { channelDefaults, DEFAULT_POLICY, effectivePolicy, isInstalled } from '@homing/domain';
import type { Tenant } from '@homing/vault/registry';

/** A channel as its tenant configured it, what is in force, and what a field has that is left out when it is configured. */
export function shownChannel(
  channel: Channel,
  { settings, settingsVersion }: Pick<Tenant, 'settings' | 'settingsVersion'>,
) {
  const config = settings.channels?.[channel];
  const policy = effectivePolicy(DEFAULT_POLICY, { settings, version: settingsVersion }, undefined).channels[channel];
  return {
    channel,
    installed: isInstalled(channel),
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
    defaults: channelDefaults(channel),
  };
}
