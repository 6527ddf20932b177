import type { ContactPointRef } from '@homing/contracts';
import type { ConsentVerdict } from '../consent/consent.rule.js';
import { consentFor } from '../routing/viability.policy.js';
import { selectChannels, type ChannelSelection } from '../routing/channel-selection.policy.js';
import type { SelectChannel } from '../routing/selection.command.js';
import type { PlanLeg } from './leg.plan.js';

/** When the message may go out at the earliest: as pinned, as asked for, else now. The send time is chosen after the channel. */
export function earliestInstant({ request, now, pinned }: Pick<PlanLeg, 'request' | 'now' | 'pinned'>): string {
  if (pinned) return pinned.at;
  const { sendAt } = request;
  return sendAt !== undefined && Date.parse(sendAt) > Date.parse(now)
    ? new Date(Date.parse(sendAt)).toISOString()
    : now;
}

/** The channels of a plan, judged by the earliest moment it may go out. */
export const selectForLeg = (command: PlanLeg): ChannelSelection => selectChannels(selectionOf(command));

/** What consent a plan to that address rests on, judged alike. */
export const consentForLeg = (command: PlanLeg, contact: ContactPointRef): ConsentVerdict =>
  consentFor(selectionOf(command), contact);

const selectionOf = (command: PlanLeg): SelectChannel => ({
  request: command.request,
  inputs: command.inputs,
  policy: command.inputs.policy,
  at: earliestInstant(command),
  pinned: command.pinned?.channel,
});
