import {
  reservationKey,
  type ChainStep,
  type Channel,
  type DecisionStep,
  type OutreachRequested,
  type PlannedLeg,
  type RetryPolicy,
  type StepTrace,
} from '@homing/contracts';
import { asksOf, type CampaignDay, type CampaignLimits, type LedgerAsk } from '../ledger/ledger.asks.js';
import type { ContactSlot } from '../ledger/person.state.js';
import type { ChannelSelection } from '../routing/channel-selection.policy.js';
import type { ChannelInputs } from '../routing/selection.state.js';
import type { HourHistory } from '../send-time/learned-hours.estimate.js';
import {
  chooseSendTime,
  type ChosenSendTime,
  type RecipientClock,
  type SendTime,
} from '../send-time/send-time.policy.js';
import { consentForLeg, earliestInstant, selectForLeg } from './leg.selection.js';
import type { ChannelPolicy, DecisionPolicy } from './policy.state.js';

/** Everything a decision rests on, gathered at the edge. */
export interface DecisionInputs extends ChannelInputs {
  readonly policy: DecisionPolicy;
  /** Hours of the day (0 to 23) at which the person likes to be reached, in their zone. */
  readonly preferredHours?: readonly number[];
  /** When the tenant's messages engaged people; gathered where the policy asks for it. */
  readonly hours?: HourHistory;
  /** 0 <= spread < 1: the message's place in the time that messages are spread over. Absent: the first moment. */
  readonly spread?: number;
  /** Gathered where the policy rules the send time. Default UTC. */
  readonly clock?: RecipientClock;
  readonly campaign?: {
    readonly status: 'active' | 'paused' | 'stopped';
    readonly limits?: CampaignLimits;
  };
}

export interface PlanLeg {
  readonly request: OutreachRequested;
  readonly inputs: DecisionInputs;
  readonly now: string;
  /** 1, and one more after each abandonment. Default 1. */
  readonly round?: number;
  /** The step of a chain that this message is: its number, its channel, and what it has of its own. Absent: the best channel. */
  readonly step?: ChainStep;
  /** What an earlier try of this decision booked: it is followed. */
  readonly pinned?: ContactSlot | undefined;
  /** When there is room for it, where quotas decide that. Absent: at the moment chosen. */
  readonly placed?: ChosenSendTime | undefined;
  /** The campaign's day at `plannedInstant`. */
  readonly day?: CampaignDay | undefined;
}

/** What the pure steps come to, before the books are asked. */
export type LegPlan =
  | {
      readonly kind: 'refused';
      readonly step: DecisionStep;
      readonly reason: string;
      readonly facts?: StepTrace['facts'];
      readonly selection: ChannelSelection;
    }
  | {
      readonly kind: 'planned';
      readonly leg: PlannedLeg;
      /** Absent: as pinned. */
      readonly when?: Extract<SendTime, { kind: 'at' }>;
      readonly selection: ChannelSelection;
      /** In the order of the steps. The first is the person's own. */
      readonly asks: readonly LedgerAsk[];
    };

/** When a message by that channel is to go out, whatever was booked for it before. */
function sendTimeBy(channel: Channel | undefined, { request, inputs, now }: PlanLeg): SendTime {
  const { sendAt, expiresAt, urgency, customerType } = request;
  const { policy, preferredHours, clock, hours, spread } = inputs;
  const { exploration } = policy.selection;
  const asked = { now, sendAt, expiresAt, urgency, channel, customerType, preferredHours, hours, spread, exploration };
  return chooseSendTime({ ...asked, rules: policy.sendTime, clock });
}

/** The instant that `planLeg` plans for, known before its day is: as pinned, else as chosen; the earliest where nothing is planned. */
export function plannedInstant(command: PlanLeg): string {
  const { sendTime } = command.inputs.policy;
  if (command.placed && !command.pinned) return command.placed.at;
  if (command.pinned || !sendTime) return earliestInstant(command);
  // Only a channel's good hours depend on the channel.
  const chosen = sendTime.choice === 'asap' ? undefined : chosenBy(command, selectForLeg(command));
  const when = sendTimeBy(chosen?.channel, command);
  return when.kind === 'at' ? when.at : earliestInstant(command);
}

/** Chooses channel, address, instant and worst-case price of the one message to send. */
export function planLeg(command: PlanLeg): LegPlan {
  const { request, inputs, now, pinned } = command;
  const selection = selectForLeg(command);
  const refused = (step: DecisionStep, reason: string, facts?: StepTrace['facts']): LegPlan => ({
    ...{ kind: 'refused', step, reason, selection },
    ...(facts ? { facts } : {}),
  });

  if (Date.parse(now) >= Date.parse(request.expiresAt)) return refused('intake', 'deadline_passed');
  // What a paused campaign is asked for waits for its end; what a stopped one is asked for never will be wanted.
  if (inputs.campaign?.status === 'stopped') return refused('intake', 'campaign_stopped');
  const chosen = chosenBy(command, selection);
  const contact =
    pinned === undefined
      ? chosen?.contact
      : request.contacts.find((point) => point.channel === pinned.channel && point.ordinal === pinned.ordinal);
  if (!chosen || !contact) return refused('channel_selection', whyNone(command, selection));
  const channel: ChannelPolicy | undefined = inputs.policy.channels[chosen.channel];
  if (!channel) return refused('channel_selection', 'channel_not_enabled');
  const when = pinned ? undefined : (command.placed ?? sendTimeBy(chosen.channel, command));
  if (when?.kind === 'refused') return refused('send_time', when.reason, when.facts);
  const sendAt = when?.at ?? pinned?.at ?? now;
  if (Date.parse(sendAt) >= Date.parse(request.expiresAt)) return refused('send_time', 'send_time_after_deadline');
  const cost = pinned?.cost ?? channel.price;
  const { limits } = inputs.campaign ?? {};
  if (limits && cost.micros > 0 && limits.currency !== cost.currency) return refused('budget', 'currency_differs');
  const { ordinal, fingerprint, mask, heldBy } = contact;
  const number = command.step?.step ?? 1;
  const { basis: consent } = consentForLeg(command, contact);
  const leg: PlannedLeg = {
    leg: number,
    channel: chosen.channel,
    provider: channel.provider,
    contact: { ordinal, fingerprint, mask },
    sendAt,
    cost,
    retry: retryOf(channel, command),
    ...contentOf(command, chosen.channel),
    ...(consent ? { consent } : {}),
  };
  const key = reservationKey({ outreachId: request.outreachId, leg: number, round: command.round ?? 1, charge: 1 });
  const asks = asksOf({
    personId: request.personId,
    slot: {
      key,
      channel: leg.channel,
      ordinal,
      fingerprint,
      ...(request.contentKey === undefined ? {} : { content: request.contentKey }),
      at: sendAt,
      cost,
    },
    heldBy,
    limits: inputs.policy.contactLimits,
    campaign: limits,
    day: command.day,
    openUntil: when?.openUntil,
  });
  return { kind: 'planned', leg, selection, asks, ...(when ? { when } : {}) };
}

/** As pinned, else as the step says, else the best. */
const chosenBy = (
  { pinned, step }: PlanLeg,
  { ranked }: ChannelSelection,
): ChannelSelection['ranked'][number] | undefined => {
  const only = pinned?.channel ?? step?.channel;
  return ranked.find(({ channel }) => only === undefined || channel === only);
};

function whyNone({ step }: PlanLeg, { excluded }: ChannelSelection): string {
  const own = step && excluded.find(({ channel }) => channel === step.channel);
  return (own ?? (step ? undefined : excluded[0]))?.reason ?? 'no_contact_point';
}

const retryOf = ({ retry }: ChannelPolicy, { step }: PlanLeg): RetryPolicy => ({ ...retry, ...step?.retry });

/** A step's own, else the channel's own for messages of this type; absent: what the request itself names. */
function contentOf({ step, request: { content } }: PlanLeg, channel: Channel): Pick<PlannedLeg, 'content'> {
  if (step?.content) return { content: step.content };
  const own = content.kind === 'by_channel' ? content.templates[channel] : undefined;
  return own ? { content: { kind: 'template', ...own } } : {};
}
