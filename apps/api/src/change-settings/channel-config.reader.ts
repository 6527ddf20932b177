import {
  CHANNELS,
  faultsOfChannel,
  isChannel,
  readChannelSettings,
  type Channel,
  type ChannelSettings,
  type ChannelsSettings,
  type FieldFault,
} from '@homing/contracts';
import { channelDefaults, isInstalled, type DecisionPolicy } from '@homing/domain';
import { domainOf } from '@homing/intake';
import type { Tenant } from '@homing/vault/registry';
import { invalidField, ProblemError } from '../problem/problem.error.js';
import { readSeenVersion, valid } from './settings.reader.js';

/** The channel that a path names. @throws ProblemError for one nobody knows, and for phone */
export function configuredChannel(named: string): Channel {
  if (!isChannel(named)) throw invalidField('channel', 'unknown_channel', `must be one of ${CHANNELS.join(', ')}`);
  const errors = faultsOfChannel(named, {}, '');
  if (errors.length > 0) throw new ProblemError('invalid_fields', { errors });
  return named;
}

export interface ChannelBody {
  /** Whole: what was left out is as `channelDefaults` has it. */
  readonly config: ChannelSettings;
  readonly seenVersion?: number;
}

/** What a channel is to be configured with. @throws ProblemError naming each field */
export function readChannelConfig(channel: Channel, body: unknown, base: DecisionPolicy): ChannelBody {
  const { settingsVersion, ...sent } = isRecord(body) ? body : { body };
  const said = valid(readChannelSettings(channel, isRecord(body) ? sent : (body ?? {})), (field) => field);
  const config = { ...channelDefaults(channel, base), ...said };
  return { config: valid(readChannelSettings(channel, config), (field) => field), ...readSeenVersion(settingsVersion) };
}

/** Whose channels they are: the installation's policy, and the tenant. */
interface Owner {
  readonly base: DecisionPolicy;
  readonly tenant: Pick<Tenant, 'sender'> | undefined;
}

/** What this installation, or this tenant, cannot do of what its channels are to do; fields are named within `of`. */
export function impossibleChannels(
  channels: ChannelsSettings<ChannelSettings> | undefined,
  { base, tenant }: Owner,
  of: (channel: Channel) => string = (channel) => `channels.${channel}.`,
): FieldFault[] {
  return CHANNELS.flatMap((channel) => {
    const { enabled = false, settings } = channels?.[channel] ?? {};
    const faults: FieldFault[] = [];
    if (enabled && !isInstalled(channel, base))
      faults.push({
        ...{ field: `${of(channel)}enabled`, code: 'not_installed' },
        message: 'must be false: no gateway of this installation sends by it',
      });
    const from = settings?.from_email;
    if (from !== undefined && domainOf(from) !== domainOf(tenant?.sender?.email))
      faults.push({
        ...{ field: `${of(channel)}settings.from_email`, code: 'sender_not_allowed' },
        message: 'is not of the domain the tenant sends from',
      });
    return faults;
  });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
