import type { Channel, ProviderFactKind } from '@homing/contracts';
import { attemptState, bounceSubtype, milestonesOf, type AttemptState } from '../delivery/attempt-state.policy.js';
import { shownOn } from '../delivery/channel-facts.policy.js';
import { deliveryState, type DeliveryState } from '../delivery/delivery-state.policy.js';
import {
  providerMessageIdOf,
  type Attempt,
  type Delivery,
  type KnownOutreach,
  type OutreachState,
} from './outreach.state.js';

/** An outreach as a whole, in the words of its public face. */
export type OutreachStateName =
  | 'accepted'
  | 'refused'
  | 'scheduled'
  | 'sending'
  | 'queued'
  | 'sent'
  | 'delivered'
  | 'opened'
  | 'clicked'
  | 'responded'
  | 'complained'
  | 'unsubscribed'
  | 'bounced'
  | 'failed'
  | 'skipped'
  | 'expired'
  | 'cancelled'
  | 'assumed_sent'
  | 'outcome_unknown'
  | 'awaiting_person';

export interface OutreachView {
  readonly state: OutreachStateName;
  /** The channel that reached the person, else the one last tried. */
  readonly channelUsed?: Channel;
  readonly deliveries: readonly DeliveryView[];
}

export interface DeliveryView {
  readonly deliveryId: string;
  readonly leg: number;
  readonly channel: Channel;
  readonly state: DeliveryState;
  readonly milestones: Partial<Record<ProviderFactKind, string>>;
  readonly nextAttemptAt?: string;
  readonly closedBecause?: string;
  readonly attempts: readonly AttemptView[];
}

export interface AttemptView {
  readonly attempt: number;
  readonly state: AttemptState;
  readonly provider: string;
  readonly startedAt: string;
  readonly answeredAt?: string;
  readonly providerMessageId?: string;
  readonly class?: string;
  readonly code?: string;
}

export function outreachView(state: OutreachState): OutreachView {
  if (state.status === 'none' || state.status === 'requested') return { state: 'accepted', deliveries: [] };
  if (state.status === 'refused') return { state: 'refused', deliveries: [] };
  const deliveries = state.deliveries.map((delivery) => deliveryView(delivery, state.status));
  const leading = deliveries.reduce<DeliveryView | undefined>(
    (best, d) => (best && rank(best.state) <= rank(d.state) ? best : d),
    undefined,
  );
  if (!leading) return { state: state.outcome === 'cancelled' ? 'cancelled' : 'accepted', deliveries };
  return { state: nameOf(leading.state), channelUsed: leading.channel, deliveries };
}

/** Which delivery speaks for the outreach: the furthest one. */
const ORDER: readonly DeliveryState[] = [
  'complained',
  'unsubscribed',
  'replied',
  'clicked',
  'opened',
  'read',
  'delivered',
  'outcome_unknown',
  'sent',
  'deferred',
  'queued',
  'assumed_sent',
  'awaiting_person',
  'pending',
  'retrying',
  'scheduled',
  'planned',
  'bounced',
  'dropped',
  'undelivered',
  'failed',
  'permanent_failed',
  'expired',
  'skipped',
  'cancelled',
];
const rank = (state: DeliveryState): number => ORDER.indexOf(state);

const NAMES: Readonly<Record<DeliveryState, OutreachStateName>> = {
  complained: 'complained',
  unsubscribed: 'unsubscribed',
  replied: 'responded',
  clicked: 'clicked',
  opened: 'opened',
  read: 'opened',
  delivered: 'delivered',
  outcome_unknown: 'outcome_unknown',
  sent: 'sent',
  deferred: 'sent',
  queued: 'queued',
  assumed_sent: 'assumed_sent',
  awaiting_person: 'awaiting_person',
  pending: 'sending',
  retrying: 'scheduled',
  scheduled: 'scheduled',
  planned: 'accepted',
  bounced: 'bounced',
  dropped: 'failed',
  undelivered: 'failed',
  failed: 'failed',
  permanent_failed: 'failed',
  expired: 'expired',
  skipped: 'skipped',
  cancelled: 'cancelled',
};
const nameOf = (state: DeliveryState): OutreachStateName => NAMES[state];

function deliveryView(delivery: Delivery, status: KnownOutreach['status']): DeliveryView {
  const { deliveryId, leg, channel, next, closed, attempts } = delivery;
  return {
    deliveryId,
    leg,
    channel,
    state: shownOn(channel, standingOf(delivery, status)),
    milestones: milestonesOf(attempts),
    ...(next ? { nextAttemptAt: next.at } : {}),
    ...(closed ? { closedBecause: closed.reason } : {}),
    attempts: attempts.map((attempt) => attemptView(channel, attempt)),
  };
}

/** A failure that was told after all was settled is not followed by anything. */
function standingOf(delivery: Delivery, status: KnownOutreach['status']): DeliveryState {
  const state = deliveryState(delivery);
  return status === 'settled' && state === 'retrying' && !delivery.next ? 'permanent_failed' : state;
}

function attemptView(channel: Channel, attempt: Attempt): AttemptView {
  const { answer, settled, assistance } = attempt;
  const bounce = bounceSubtype(attempt.facts);
  const bounceCode = attempt.facts.find((fact) => fact.fact === 'bounced' || fact.fact === 'dropped')?.code;
  const messageId = providerMessageIdOf(attempt);
  const answeredAt = answer?.at ?? settled?.at ?? assistance?.at;
  return {
    attempt: attempt.attempt,
    state: shownOn(channel, attemptState(attempt)),
    provider: attempt.provider,
    startedAt: attempt.startedAt,
    ...(answeredAt === undefined ? {} : { answeredAt }),
    ...(messageId === undefined ? {} : { providerMessageId: messageId }),
    ...refusalOf(attempt),
    ...(bounce ? { class: bounce } : {}),
    ...(bounceCode ? { code: bounceCode } : {}),
  };
}

function refusalOf({ answer, settled, assistance }: Attempt): Pick<AttemptView, 'class' | 'code'> {
  if (answer) return answer.kind === 'rejected' ? { class: answer.class, code: answer.code } : {};
  if (assistance) return { class: 'assisted', code: assistance.reason };
  return settled?.outcome === 'not_sent' ? { class: 'retryable', code: 'not_sent' } : {};
}
