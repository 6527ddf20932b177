import {
  CHANNELS,
  type Channel,
  type ContactPointRef,
  type ExcludedChannel,
  type OutreachRequested,
  type RankedChannel,
} from '@homing/contracts';
import type { DecisionPolicy } from './policy.state.js';

export interface ChannelInputs {
  /** Channels the caller allows; absent means all. */
  readonly allowed?: readonly Channel[] | undefined;
  readonly optedOut: readonly Channel[];
  /** Channels the person prefers, most preferred first. Absent: no wish is known. */
  readonly preferred?: readonly Channel[] | undefined;
  /** Fingerprints that are held back (bounced, complained, unsubscribed). */
  readonly suppressed?: readonly string[];
  /** Channels the content has a body for. */
  readonly contentChannels: readonly Channel[];
}

export interface ChannelSelection {
  readonly ranked: readonly (RankedChannel & { readonly contact: ContactPointRef })[];
  readonly excluded: readonly ExcludedChannel[];
}

/** Which channels can be used, best first, and why each other one cannot. */
export function selectChannels(
  request: OutreachRequested,
  inputs: ChannelInputs,
  policy: DecisionPolicy,
): ChannelSelection {
  const excluded: ExcludedChannel[] = [];
  const viable: { channel: Channel; score: number; contact: ContactPointRef }[] = [];
  for (const channel of CHANNELS) {
    const contacts = request.contacts.filter((point) => point.channel === channel);
    const usable = contacts.find((point) => !inputs.suppressed?.includes(point.fingerprint));
    const contact = usable ?? contacts[0];
    const reason = exclusion(channel, contact, inputs, policy) ?? (usable ? undefined : 'suppressed');
    if (reason) {
      if (contact || inputs.allowed?.includes(channel)) excluded.push({ channel, reason });
    } else if (contact) viable.push({ channel, score: policy.channels[channel]?.prior ?? 0, contact });
  }
  viable.sort((a, b) => b.score - a.score || CHANNELS.indexOf(a.channel) - CHANNELS.indexOf(b.channel));
  const ranked = viable.map((v, i) => ({ ...v, rank: i + 1, reason: 'prior' }));
  return { ranked, excluded };
}

function exclusion(
  channel: Channel,
  contact: ContactPointRef | undefined,
  inputs: ChannelInputs,
  policy: DecisionPolicy,
): string | undefined {
  if (inputs.allowed && !inputs.allowed.includes(channel)) return 'not_allowed_by_request';
  if (channel === 'phone') return 'not_available_yet';
  if (!contact) return 'no_contact_point';
  if (inputs.optedOut.includes(channel)) return 'opted_out';
  if (!policy.channels[channel]?.enabled) return 'channel_not_enabled';
  if (!inputs.contentChannels.includes(channel)) return 'no_content_for_channel';
  return undefined;
}
