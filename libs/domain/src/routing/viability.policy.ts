import { CHANNELS, type Channel, type ContactPointRef, type ExcludedChannel } from '@homing/contracts';
import { DEFAULT_CONSENT, purposeOf, weighConsent, type ConsentVerdict } from '../consent/consent.rule.js';
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
 * of a message to us (`no_inbound_message`); WhatsApp carries free text within that time only (`template_needed`), that of a template which names none that is
 * approved too (`no_approved_template`). Who never wrote is held to have
 * written never. Consent is demanded as the policy says (`consent_missing`, `consent_withdrawn`, `consent_expired`); of several addresses
 * the first that is free and allowed is used. Not decided here, for nothing is recorded of it: whether Meta did approve the template that is named,
 * connections on LinkedIn, whether somebody takes direct messages on X, what a contact form accepts: there the provider's refusal
 * decides. SMS hours are a matter of the send time.
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
    const open = contacts.filter((point) => !inputs.suppressed?.includes(point.fingerprint));
    const usable = open.find((point) => consentFor(command, point).kind === 'allowed') ?? open[0];
    const contact = usable ?? contacts[0];
    const reason =
      exclusion(channel, contact, command) ??
      (usable ? (providerRule(channel, command) ?? withoutConsent(command, usable)) : 'suppressed');
    if (reason) {
      if (contact || inputs.allowed?.includes(channel)) excluded.push({ channel, reason });
    } else if (contact) viable.push({ channel, contact });
  }
  return { viable, excluded };
}

/** Whether the person at that address allows this message. */
export function consentFor(command: SelectChannel, { channel, fingerprint }: ContactPointRef): ConsentVerdict {
  const { inputs, policy, at, request } = command;
  // Who is answered on one word of their own has asked for that answer.
  if (!inputs.consents || request.answers !== undefined) return { kind: 'allowed' };
  const known = inputs.consents.find((each) => each.channel === channel && each.fingerprint === fingerprint);
  return weighConsent({
    rules: policy.consent ?? DEFAULT_CONSENT,
    channel,
    purpose: purposeOf(request.messageType),
    standing: known?.standing,
    at,
    answers: mayAnswer(channel, command),
  });
}

function withoutConsent(command: SelectChannel, point: ContactPointRef): string | undefined {
  const verdict = consentFor(command, point);
  return verdict.kind === 'refused' ? verdict.reason : undefined;
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
      return mayAnswer(channel, command) ? undefined : templateRule(command);
    default:
      return undefined;
  }
}

/** Providers of WhatsApp that ask for no template, as far as we know: what is behind them decides. */
const TEMPLATE_FREE: ReadonlySet<string> = new Set(['generic_whatsapp']);

function templateRule({ request, inputs, policy }: SelectChannel): string | undefined {
  if (request.content.kind === 'literal') return 'template_needed';
  const free = TEMPLATE_FREE.has(policy.channels.whatsapp?.provider ?? '');
  return inputs.freeText?.includes('whatsapp') && !free ? 'no_approved_template' : undefined;
}

function mayAnswer(channel: Channel, { inputs, at }: SelectChannel): boolean {
  const last = inputs.lastInboundAt?.[channel];
  return last !== undefined && Date.parse(at) - Date.parse(last) < REPLY_WINDOW_HOURS * 3_600_000;
}
