import { reservationKey, type DecisionStep, type OutreachRequested, type PlannedLeg } from '@homing/contracts';
import { asksOf, type CampaignDay, type CampaignLimits, type LedgerAsk } from '../ledger/ledger.asks.js';
import type { ContactSlot } from '../ledger/person.state.js';
import type { ChannelSelection } from '../routing/channel-selection.policy.js';
import type { ChannelInputs } from '../routing/selection.state.js';
import { selectForLeg } from './leg.selection.js';
import type { ChannelPolicy, DecisionPolicy } from './policy.state.js';

/** Everything a decision rests on, gathered at the edge. */
export interface DecisionInputs extends ChannelInputs {
  readonly policy: DecisionPolicy;
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
  /** What an earlier try of this decision booked: it is followed. */
  readonly pinned?: ContactSlot | undefined;
  /** The campaign's day at `plannedInstant`. */
  readonly day?: CampaignDay | undefined;
}

/** What the pure steps come to, before the books are asked. */
export type LegPlan =
  | {
      readonly kind: 'refused';
      readonly step: DecisionStep;
      readonly reason: string;
      readonly selection: ChannelSelection;
    }
  | {
      readonly kind: 'planned';
      readonly leg: PlannedLeg;
      readonly selection: ChannelSelection;
      /** In the order of the steps. The first is the person's own. */
      readonly asks: readonly LedgerAsk[];
    };

/** When the message is to go out: now, at the time asked for, or as pinned. */
export function plannedInstant({ request, now, pinned }: Pick<PlanLeg, 'request' | 'now' | 'pinned'>): string {
  if (pinned) return pinned.at;
  const { sendAt } = request;
  return sendAt !== undefined && Date.parse(sendAt) > Date.parse(now)
    ? new Date(Date.parse(sendAt)).toISOString()
    : now;
}

/** Chooses channel, address, instant and worst-case price of the one message to send. */
export function planLeg(command: PlanLeg): LegPlan {
  const { request, inputs, now, pinned } = command;
  const selection = selectForLeg(command);
  const refused = (step: DecisionStep, reason: string): LegPlan => ({ kind: 'refused', step, reason, selection });

  if (Date.parse(now) >= Date.parse(request.expiresAt)) return refused('intake', 'deadline_passed');
  // What a paused campaign is asked for waits for its end; what a stopped one is asked for never will be wanted.
  if (inputs.campaign?.status === 'stopped') return refused('intake', 'campaign_stopped');
  const chosen = selection.ranked.find(({ channel }) => pinned === undefined || channel === pinned.channel);
  const contact =
    pinned === undefined
      ? chosen?.contact
      : request.contacts.find((point) => point.channel === pinned.channel && point.ordinal === pinned.ordinal);
  if (!chosen || !contact) return refused('channel_selection', selection.excluded[0]?.reason ?? 'no_contact_point');
  const channel: ChannelPolicy | undefined = inputs.policy.channels[chosen.channel];
  if (!channel) return refused('channel_selection', 'channel_not_enabled');
  const sendAt = plannedInstant(command);
  if (Date.parse(sendAt) >= Date.parse(request.expiresAt)) return refused('send_time', 'send_time_after_deadline');
  const cost = pinned?.cost ?? channel.price;
  const { limits } = inputs.campaign ?? {};
  if (limits && cost.micros > 0 && limits.currency !== cost.currency) return refused('budget', 'currency_differs');
  const { ordinal, fingerprint, mask, heldBy } = contact;
  const leg: PlannedLeg = {
    leg: 1,
    channel: chosen.channel,
    provider: channel.provider,
    contact: { ordinal, fingerprint, mask },
    sendAt,
    cost,
    retry: channel.retry,
  };
  const key = reservationKey({ outreachId: request.outreachId, leg: 1, round: command.round ?? 1, charge: 1 });
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
  });
  return { kind: 'planned', leg, selection, asks };
}
