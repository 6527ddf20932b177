import type { ChannelSettings, ChannelUse, RetryPolicy } from '@homing/contracts';
import type { ChannelPolicy } from './policy.state.js';

export interface ChannelSaid {
  readonly tenant: ChannelSettings | undefined;
  readonly campaign: ChannelUse | undefined;
  /** Of the tenant's settings. */
  readonly version: number;
}

/**
 * A channel of the installation's as it is used: enabled unless its tenant or the campaign says no; retries as the campaign has them,
 * else the tenant, else the installation.
 */
export function channelPolicyOf(base: ChannelPolicy, { tenant, campaign, version }: ChannelSaid): ChannelPolicy {
  if (!tenant && !campaign) return base;
  const { maxPerHour: perHour = null, maxPerDay: perDay = null, assisted } = tenant ?? {};
  const limited = perHour !== null || perDay !== null;
  return {
    ...base,
    enabled: (tenant?.enabled ?? base.enabled) && (campaign?.enabled ?? true),
    retry: retryOf(base.retry, tenant, campaign),
    ...(assisted === undefined ? {} : { assisted }),
    // The first setting is a setting too: a balance without any has version 0.
    ...(limited ? { quota: { perHour, perDay, version: version + 1 } } : {}),
  };
}

function retryOf(base: RetryPolicy, tenant: ChannelUse | undefined, campaign: ChannelUse | undefined): RetryPolicy {
  const hours = campaign?.retryBackoffHours ?? tenant?.retryBackoffHours;
  return {
    maxRetries: campaign?.maxRetries ?? tenant?.maxRetries ?? base.maxRetries,
    delaysSeconds: hours ? hours.map((each) => Math.round(each * 3_600)) : base.delaysSeconds,
  };
}
