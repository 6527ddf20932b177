import { selectChannels, type ChannelSelection } from '../routing/channel-selection.policy.js';
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
export const selectForLeg = (command: PlanLeg): ChannelSelection =>
  selectChannels({
    request: command.request,
    inputs: command.inputs,
    policy: command.inputs.policy,
    at: earliestInstant(command),
    pinned: command.pinned?.channel,
  });
