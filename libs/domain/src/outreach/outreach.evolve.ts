import type {
  LegBooking,
  OutreachEvent,
  ProviderFactRecorded,
  StepPassedOver,
  UnknownOutcomeSettled,
} from '@homing/contracts';
import { attemptState, IN_HANDS } from '../delivery/attempt-state.policy.js';
import { bookedWith } from './booking.fold.js';
import { deliveryOf, type Attempt, type Delivery, type KnownOutreach, type OutreachState } from './outreach.state.js';

/**
 * Folds one stored event into the state. Total and forgiving: what is stored happened, so nothing here refuses; an event
 * that names an unknown leg or attempt changes nothing.
 */
export function evolveOutreach(state: OutreachState, event: OutreachEvent): OutreachState {
  if (event.type === 'OutreachAbandoned')
    return state.status === 'none' ? { status: 'none', abandoned: event.data.round } : state;
  if (event.type === 'OutreachRequested') return { status: 'requested', request: event.data, deliveries: [] };
  if (state.status === 'none') return state;
  switch (event.type) {
    case 'OutreachDecided':
      return {
        ...state,
        status: 'active',
        ...(event.data.chain ? { chain: { ...event.data.chain, passed: [] } } : {}),
        deliveries: event.data.legs.map((plan) => planned(state, plan)),
      };
    case 'FallbackPlanned':
      return withLeg(state, event.data.plan);
    case 'StepPassedOver':
      return withPassed(state, event.data);
    case 'BookingAbandoned':
      return deliveryOf(state, event.data.leg)
        ? onDelivery(state, event.data.leg, (delivery) => ({ ...delivery, fence: event.data.fence }))
        : { ...state, fences: { ...state.fences, [event.data.leg]: event.data.fence } };
    case 'OutreachRefused':
      return { ...state, status: 'refused', refusal: { step: event.data.step, reason: event.data.reason } };
    case 'OutreachSettled':
      return { ...state, status: 'settled', outcome: event.data.outcome };
    case 'CancellationRequested':
      return { ...state, cancellation: { by: event.data.by, at: event.data.at } };
    case 'ConversionReported': {
      const { conversionKey: key, kind, value, occurredAt } = event.data;
      const conversion = { key, kind, ...(value ? { value } : {}), occurredAt };
      return { ...state, conversions: [...(state.conversions ?? []), conversion] };
    }
    default:
      return onDelivery(state, event.data.leg, (delivery) => evolveDelivery(delivery, event));
  }
}

function planned(state: KnownOutreach, plan: Delivery['plan']): Delivery {
  const delivery: Delivery = {
    deliveryId: `${state.request.outreachId}.${plan.leg}`,
    leg: plan.leg,
    channel: plan.channel,
    plan,
    expiresAt: state.request.expiresAt,
    attempts: [],
  };
  return { ...delivery, ...bookedWith(delivery, plan.booking) };
}

function withPassed(state: KnownOutreach, { leg, reason }: StepPassedOver): KnownOutreach {
  const { chain } = state;
  if (!chain) return state;
  const passed = [...chain.passed, leg];
  return { ...state, chain: { ...chain, passed, ...(reason === 'cancelled' ? { cancelled: true } : {}) } };
}

/** A leg that follows others. Planned twice it is the leg that stands. */
function withLeg(state: KnownOutreach, plan: Delivery['plan']): KnownOutreach {
  if (deliveryOf(state, plan.leg)) return state;
  return { ...state, deliveries: [...state.deliveries, { ...planned(state, plan), follows: true }] };
}

function onDelivery(state: KnownOutreach, leg: number, change: (delivery: Delivery) => Delivery): KnownOutreach {
  return { ...state, deliveries: state.deliveries.map((d) => (d.leg === leg ? change(d) : d)) };
}

type DeliveryEvent = Exclude<
  OutreachEvent,
  {
    type:
      | 'OutreachAbandoned'
      | 'OutreachRequested'
      | 'OutreachDecided'
      | 'OutreachRefused'
      | 'OutreachSettled'
      | 'CancellationRequested'
      | 'ConversionReported'
      | 'FallbackPlanned'
      | 'StepPassedOver'
      | 'BookingAbandoned';
  }
>;

function evolveDelivery(delivery: Delivery, event: DeliveryEvent): Delivery {
  switch (event.type) {
    case 'DeliveryScheduled':
      return {
        ...delivery,
        expiresAt: event.data.expiresAt,
        next: { attempt: 1, at: event.data.sendAt, ...untilOf(delivery.plan.booking) },
      };
    case 'RetryScheduled':
    case 'DeliveryRescheduled': {
      const { attempt, at, booking } = event.data;
      return { ...delivery, ...bookedWith(delivery, booking), next: { attempt, at, ...untilOf(booking) } };
    }
    case 'AttemptStarted': {
      const { next: _started, ...rest } = delivery;
      const { attempt, claimId, provider, startedAt, leaseUntil, recourse } = event.data;
      const started: Attempt = { attempt, claimId, provider, startedAt, leaseUntil, facts: [] };
      return { ...rest, attempts: [...rest.attempts, recourse ? { ...started, recourse } : started] };
    }
    case 'AttemptAccepted': {
      const { providerMessageId, acceptedAt } = event.data;
      const answer = { kind: 'accepted', providerMessageId, at: acceptedAt } as const;
      return withdrawNeedlessRetry(onAttempt(delivery, event.data.attempt, (a) => ({ ...a, answer })));
    }
    case 'AttemptRejected': {
      const { class: rejection, code, retryAfterSeconds, rejectedAt } = event.data;
      return onAttempt(delivery, event.data.attempt, (a) => ({
        ...a,
        answer: {
          kind: 'rejected',
          class: rejection,
          code,
          at: rejectedAt,
          ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
        },
      }));
    }
    case 'AssistanceRequested': {
      const { reason, requestedAt } = event.data;
      return onAttempt(delivery, event.data.attempt, (a) => ({ ...a, assistance: { reason, at: requestedAt } }));
    }
    case 'AssistedTaskOpened': {
      const { attempt, by, worker, until } = event.data;
      const claim = worker === undefined || until === undefined ? {} : { claim: { worker, by, until } };
      return onAttempt(delivery, attempt, (a) =>
        a.assistance ? { ...a, assistance: { ...a.assistance, openedBy: by, ...claim } } : a,
      );
    }
    case 'AssistedTaskDone': {
      const { attempt, outcome, at, by, key, despite } = event.data;
      const late = outcome === 'sent' && delivery.closed ? { late: true as const } : {};
      const said = { ...(key === undefined ? {} : { key }), ...(despite === undefined ? {} : { despite }) };
      return endTask(delivery, attempt, { outcome, at, by, ...said, ...late });
    }
    case 'AttemptOutcomeUnknown':
      return onAttempt(delivery, event.data.attempt, (a) => ({ ...a, unknownSince: event.data.since }));
    case 'AttemptResendStarted': {
      const { attempt, claimId, leaseUntil } = event.data;
      return onAttempt(delivery, attempt, (a) => ({
        ...a,
        resend: { claimId, leaseUntil, count: (a.resend?.count ?? 0) + 1 },
      }));
    }
    case 'UnknownOutcomeSettled':
      return onAttempt(delivery, event.data.attempt, (a) => ({ ...a, settled: settledOf(event.data) }));
    case 'AttemptAssumedSent': {
      const { attempt, at } = event.data;
      const assumed = onAttempt(delivery, attempt, (a) => ({ ...a, assumedSentAt: at }));
      return close(assumed, 'assumed_sent', 'outcome_unknown', at);
    }
    case 'ProviderFactRecorded': {
      const { attempt } = event.data;
      return withdrawNeedlessRetry(
        onAttempt(delivery, attempt, (a) => ({ ...a, facts: [...a.facts, factOf(event.data)] })),
      );
    }
    case 'DeliverySkipped':
      return close(delivery, 'skipped', event.data.reason, event.data.at);
    case 'DeliveryExpired':
      return close(delivery, 'expired', 'deadline_passed', event.data.at);
    case 'DeliveryCancelled':
      return close(delivery, 'cancelled', event.data.by, event.data.at);
    case 'DeliveryGivenUp':
      return close(delivery, 'given_up', event.data.reason, event.data.at);
    case 'DeliveryFailedPermanently':
      return close(delivery, 'permanent_failed', event.data.reason, event.data.at);
    default:
      return unreadable(event, delivery);
  }
}

const untilOf = (booking: LegBooking | undefined): { until?: string } => (booking ? { until: booking.until } : {});

/** A type this version does not know (written by a newer one) changes nothing here. */
const unreadable = (_event: never, delivery: Delivery): Delivery => delivery;

/**
 * A provider that speaks of the last attempt as sent has it, whatever it answered: a retry that was planned on that answer
 * would be a second message. Should it end badly after all, a new retry is decided then.
 */
function withdrawNeedlessRetry(delivery: Delivery): Delivery {
  const last = delivery.attempts.at(-1);
  if (!delivery.next || !last || !IN_HANDS.has(attemptState(last))) return delivery;
  const { next: _withdrawn, ...rest } = delivery;
  return rest;
}

function onAttempt(delivery: Delivery, attempt: number, change: (attempt: Attempt) => Attempt): Delivery {
  return { ...delivery, attempts: delivery.attempts.map((a) => (a.attempt === attempt ? change(a) : a)) };
}

type TaskEnd = NonNullable<NonNullable<Attempt['assistance']>['end']>;

/** A task ends once; that it was sent holds over any other end, whichever came first. */
function withTaskEnd(attempt: Attempt, end: TaskEnd): Attempt {
  const { assistance } = attempt;
  const stands = assistance?.end && (end.outcome !== 'sent' || assistance.end.outcome === 'sent');
  return assistance && !stands ? { ...attempt, assistance: { ...assistance, end } } : attempt;
}

const endTask = (delivery: Delivery, attempt: number, end: TaskEnd): Delivery =>
  onAttempt(delivery, attempt, (a) => withTaskEnd(a, end));

function close(
  delivery: Delivery,
  kind: NonNullable<Delivery['closed']>['kind'],
  reason: string,
  at: string,
): Delivery {
  const { next: _none, ...rest } = delivery;
  // Nobody is to send it by hand any more.
  const attempts = rest.attempts.map((a) => withTaskEnd(a, { outcome: 'withdrawn', at }));
  return { ...rest, attempts, closed: { kind, reason, at } };
}

function settledOf({ outcome, via, providerMessageId, at }: UnknownOutcomeSettled): NonNullable<Attempt['settled']> {
  return { outcome, via, at, ...(providerMessageId === undefined ? {} : { providerMessageId }) };
}

function factOf(data: ProviderFactRecorded): Attempt['facts'][number] {
  const { fact, occurredAt, providerEventId, providerMessageId, subtype, code, machine, unknownEvent } = data;
  return {
    fact,
    occurredAt,
    providerEventId,
    ...(providerMessageId === undefined ? {} : { providerMessageId }),
    ...(subtype === undefined ? {} : { subtype }),
    ...(code === undefined ? {} : { code }),
    ...(machine === undefined ? {} : { machine }),
    ...(unknownEvent === undefined ? {} : { unknownEvent }),
  };
}
