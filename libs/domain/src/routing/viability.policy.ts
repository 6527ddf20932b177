import { CHANNELS, type Channel, type ContactPointRef, type ExcludedChannel } from '@homing/contracts';
import type { SelectChannel } from './selection.command.js';

/** A channel that can be used, and the address it would be used with. */
export interface ViableChannel {
  readonly channel: Channel;
  readonly contact: ContactPointRef;
}

/** How long after a person wrote to us they may be answered freely, in hours. */
export const REPLY_WINDOW_HOURS = 24;

/**
 * Which channels can be used, and why each other one that was considered cannot. Considered is what the person has an address for and
 * what the caller names. Order: as `CHANNELS`.
 *
 * Rules of providers decided here: LinkedIn is used by a person's hand (`assisted_only`); Messenger and Instagram answer within 24 hours
 * of a message to us (`no_inbound_message`); WhatsApp carries free text within that time only (`template_needed`). Who never wrote is held to have
 * written never. Not decided here, for nothing is recorded of it yet: consent for SMS and opt-in for
 * WhatsApp (no consent is kept), whether a template is approved at Meta, connections on LinkedIn, whether somebody takes direct messages
 * on X, what a contact form accepts: there the provider's refusal decides. SMS hours are a matter of the send time.
 */
export function viableChannels(command: SelectChannel): {
  readonly viable: readonly ViableChannel[];
  readonly excluded: readonly ExcludedChannel[];
} {
  const { request, inputs } = command;
  const viable: ViableChannel[] = [];
  const excluded: ExcludedChannel[] = [];
  for (const channel of CHANNELS) {
    const contacts = request.contacts.filter((point) => point.channel === channel);
    const usable = contacts.find((point) => !inputs.suppressed?.includes(point.fingerprint));
    const contact = usable ?? contacts[0];
    const reason = exclusion(channel, contact, command) ?? (usable ? providerRule(channel, command) : 'suppressed');
    if (reason) {
      if (contact || inputs.allowed?.includes(channel)) excluded.push({ channel, reason });
    } else if (contact) viable.push({ channel, contact });
  }
  return { viable, excluded };
}

function exclusion(
  channel: Channel,
  contact: ContactPointRef | undefined,
  { inputs, policy }: SelectChannel,
): string | undefined {
  if (inputs.allowed && !inputs.allowed.includes(channel)) return 'not_allowed_by_request';
  if (channel === 'phone') return 'not_available_yet';
  if (!contact) return 'no_contact_point';
  if (inputs.optedOut.includes(channel)) return 'opted_out';
  if (!policy.channels[channel]?.enabled) return 'channel_not_enabled';
  if (!inputs.contentChannels.includes(channel)) return 'no_content_for_channel';
  return undefined;
}

function providerRule(channel: Channel, command: SelectChannel): string | undefined {
  switch (channel) {
    case 'linkedin':
      return command.policy.channels.linkedin?.assisted ? undefined : 'assisted_only';
    case 'instagram':
    case 'facebook':
      return mayAnswer(channel, command) ? undefined : 'no_inbound_message';
    case 'whatsapp':
      return command.request.content.kind !== 'literal' || mayAnswer(channel, command) ? undefined : 'template_needed';
    default:
      return undefined;
  }
}

function mayAnswer(channel: Channel, { inputs, at }: SelectChannel): boolean {
  const last = inputs.lastInboundAt?.[channel];
  return last !== undefined && Date.parse(at) - Date.parse(last) < REPLY_WINDOW_HOURS * 3_600_000;
}
