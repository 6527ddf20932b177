import type { GatewayGivens, ProviderSetup, ReadyProvider, SettingsReader } from '@homing/channels';
import { CHANNELS, type Channel } from '@homing/contracts';
import type { ChannelProviders } from '@homing/domain';

/** What this gateway sends by. */
export interface ServedChannels {
  readonly channels: readonly Channel[];
  /** Every account there is, those that no channel prefers any more included: earlier attempts are looked up there. */
  readonly setUps: readonly ((givens?: GatewayGivens) => ReadyProvider)[];
}

/** The part of the reader of the environment that is needed. */
export interface ServedSettings extends SettingsReader {
  list<T extends string = string>(name: string, options: { of?: readonly T[]; default?: readonly T[] }): readonly T[];
}

const SENT_BY = CHANNELS.filter((channel) => channel !== 'phone');

/**
 * Which channels are served: `CHANNELS`, else those of which any provider has an account here. A served channel without providers, and
 * one of whose providers has no account, are faults of the environment: every gateway of a channel must be able to use each of them.
 */
export function readServedChannels(
  settings: ServedSettings,
  providers: ChannelProviders,
  setups: readonly ProviderSetup[],
): ServedChannels {
  const found = setups.flatMap((setup) => {
    const setUp = setup.read(settings);
    return setUp ? [{ ...setup, setUp }] : [];
  });
  const hasAccount = (channel: Channel, key: string): boolean =>
    found.some((each) => each.channel === channel && each.key === key);
  const able = [...providers].flatMap(([channel, keys]) =>
    keys.some((key) => hasAccount(channel, key)) ? [channel] : [],
  );
  const channels = settings.list<Channel>('CHANNELS', { of: SENT_BY, default: able });
  for (const channel of channels) {
    const keys = providers.get(channel) ?? [];
    if (keys.length === 0)
      settings.fault('CHANNELS', `names ${channel}, for which CHANNEL_PROVIDERS names no provider`);
    for (const key of keys)
      if (!hasAccount(channel, key))
        settings.fault('CHANNEL_PROVIDERS', `names ${key} for ${channel}, of which no account is set up here`);
  }
  if (channels.length === 0 && !settings.has('CHANNELS'))
    settings.fault(
      'SENDGRID_API_KEY',
      'or the account of another provider in CHANNEL_PROVIDERS is required: nothing could be sent',
    );
  return { channels, setUps: found.map(({ setUp }) => setUp) };
}
