import type { LegBooking, OutreachEvent, PlannedLeg, ProviderFactKind } from '@homing/contracts';
import { ENDED_BADLY } from '../world/message.story.js';

export interface AttemptHistory {
  readonly startedAt: string;
  /** Of whoever may call the provider for it now. */
  claim: { readonly by: string; readonly leaseUntil: string };
  answer?: 'accepted' | 'rejected';
  unknownSince?: string;
  settled?: 'sent' | 'not_sent';
  assumed?: true;
  /** A person was asked to make it. */
  assisted?: 'open' | 'sent' | 'not_sent';
  /** Given to the provider again under its key. */
  resent?: true;
  readonly facts: Set<string>;
  readonly kinds: Set<ProviderFactKind>;
}

interface Next {
  readonly attempt: number;
  readonly at: string;
  /** Its booking holds so long. */
  readonly until: string | undefined;
}

export const nextOf = ({ attempt, at, booking }: { attempt: number; at: string; booking?: LegBooking }): Next => ({
  attempt,
  at,
  until: booking?.until,
});

export interface LegHistory {
  readonly expiresAt: string;
  readonly plan: PlannedLeg | undefined;
  booking?: LegBooking | undefined;
  next?: Next | undefined;
  fence?: number;
  closed?: string;
  readonly attempts: AttemptHistory[];
}

export type LegEvent = Extract<OutreachEvent, { data: { leg: number } }>;
type AttemptEvent = Extract<LegEvent, { data: { attempt: number } }>;

/** 72 h: nothing is taken for sent before that. */
const ASSUMED_AFTER_MS = 72 * 3_600_000;

/** Takes one event into a leg's history; what it answers is why the rules do not allow it. */
export function followLeg(leg: LegHistory, event: LegEvent, active: boolean): string | undefined {
  const last = leg.attempts.at(-1);
  switch (event.type) {
    case 'DeliveryScheduled':
      return 'scheduled twice';
    case 'DeliveryRescheduled': {
      const { next } = leg;
      leg.next = nextOf(event.data);
      leg.booking = event.data.booking ?? leg.booking;
      return active && !leg.closed && next?.attempt === event.data.attempt
        ? undefined
        : 'booked anew, and nothing was to come';
    }
    case 'BookingAbandoned': {
      const before = leg.fence ?? 0;
      leg.fence = event.data.fence;
      return event.data.fence === before + 1 ? undefined : 'fenced out of turn';
    }
    case 'AttemptStarted':
      return start(leg, event.data, active);
    case 'RetryScheduled': {
      const { next } = leg;
      leg.next = nextOf(event.data);
      leg.booking = event.data.booking ?? leg.booking;
      if (!active || leg.closed || next) return 'a retry where none may be';
      if (!last || event.data.attempt !== leg.attempts.length + 1) return 'a retry of nothing';
      return endedBadly(last) ? undefined : 'a retry while the one before may have reached the person';
    }
    case 'DeliverySkipped':
    case 'DeliveryExpired':
    case 'DeliveryCancelled':
    case 'DeliveryFailedPermanently': {
      const before = leg.closed;
      leg.closed = event.type;
      leg.next = undefined;
      if (before) return `closed after it was ${before}`;
      return !last || endedBadly(last) ? undefined : 'closed while an attempt may have reached the person';
    }
    case 'DeliveryGivenUp': {
      const before = leg.closed;
      leg.closed = event.type;
      leg.next = undefined;
      if (before) return `given up after it was ${before}`;
      return last ? undefined : 'given up before it was tried';
    }
    case 'FallbackPlanned':
    case 'StepPassedOver':
      return leg.plan && 'planned or passed over when it stood already';
    default:
      return followAttempt(leg, event);
  }
}

function start(
  leg: LegHistory,
  { attempt, startedAt, leaseUntil, claimedBy }: Extract<LegEvent, { type: 'AttemptStarted' }>['data'],
  active: boolean,
): string | undefined {
  const last = leg.attempts.at(-1);
  const { next } = leg;
  leg.next = undefined;
  leg.attempts.push({ startedAt, claim: { by: claimedBy, leaseUntil }, facts: new Set(), kinds: new Set() });
  if (!active) return 'started when nothing was to come any more';
  if (leg.closed) return `started after it was ${leg.closed}`;
  if (next?.attempt !== attempt || leg.attempts.length !== attempt) return `attempt ${attempt} was not next`;
  if (last && !endedBadly(last)) return 'started while the one before may have reached the person';
  if (startedAt < next.at) return `started at ${startedAt}, due at ${next.at}`;
  if (next.until !== undefined && startedAt > next.until) return 'started after its booking had lapsed';
  return startedAt < leg.expiresAt ? undefined : 'started after the deadline';
}

type OfAttempt = Exclude<AttemptEvent, { type: 'AttemptStarted' | 'RetryScheduled' | 'DeliveryRescheduled' }>;

function followAttempt(leg: LegHistory, event: OfAttempt): string | undefined {
  const attempt = leg.attempts[event.data.attempt - 1];
  if (!attempt) return 'of an attempt that was never started';
  switch (event.type) {
    case 'AttemptAccepted':
    case 'AttemptRejected': {
      const before = attempt.answer;
      attempt.answer = event.type === 'AttemptAccepted' ? 'accepted' : 'rejected';
      return before ? 'answered twice' : undefined;
    }
    case 'AttemptOutcomeUnknown': {
      const before = attempt.answer ?? attempt.unknownSince;
      attempt.unknownSince = event.data.since;
      return before ? 'unknown when it is not open' : undefined;
    }
    case 'AttemptResendStarted': {
      const { claim } = attempt;
      const { claimedBy, leaseUntil, startedAt } = event.data;
      attempt.claim = { by: claimedBy, leaseUntil };
      attempt.resent = true;
      if (!isUnknown(attempt)) return 'sent again under its key when its outcome is not unknown';
      return startedAt >= claim.leaseUntil ? undefined : 'sent again while somebody else may be calling';
    }
    case 'UnknownOutcomeSettled': {
      const open = isUnknown(attempt);
      attempt.settled = event.data.outcome;
      return open ? undefined : 'settled when its outcome is not unknown';
    }
    case 'AttemptAssumedSent': {
      const open = isUnknown(attempt);
      const since = Date.parse(attempt.unknownSince ?? event.data.at);
      attempt.assumed = true;
      leg.closed ??= event.type;
      if (Date.parse(event.data.at) - since < ASSUMED_AFTER_MS) return 'taken for sent too early';
      return open ? undefined : 'taken for sent when its outcome is not unknown';
    }
    case 'AssistanceRequested': {
      const before = attempt.answer ?? attempt.assisted;
      attempt.assisted = 'open';
      return before ? 'answered twice' : undefined;
    }
    case 'AssistedTaskOpened':
      return attempt.assisted === 'open' && !leg.closed ? undefined : 'opened when it was no task';
    case 'AssistedTaskDone': {
      const open = attempt.assisted === 'open' && !leg.closed;
      const before = attempt.assisted;
      attempt.assisted = event.data.outcome === 'sent' ? 'sent' : 'not_sent';
      // That it was sent is heard whatever stands.
      if (event.data.despite !== undefined) return before && before !== 'sent' ? undefined : 'sent by hand twice';
      return open ? undefined : 'done when it was no task';
    }
    case 'ProviderFactRecorded': {
      const key = `${event.data.providerEventId} ${event.data.fact}`;
      const before = attempt.facts.has(key);
      attempt.facts.add(key);
      attempt.kinds.add(event.data.fact);
      // What the provider has, a retry would send again.
      if (attempt === leg.attempts.at(-1) && !endedBadly(attempt)) leg.next = undefined;
      return before ? 'a fact recorded twice' : undefined;
    }
  }
}

/** What a provider said besides what says nothing of the message's way. */
const spoken = ({ kinds }: AttemptHistory): boolean =>
  [...kinds].some((kind) => kind !== 'other' && kind !== 'resubscribed');

export const isUnknown = (attempt: AttemptHistory): boolean =>
  attempt.unknownSince !== undefined && !attempt.answer && !attempt.settled && !attempt.assumed && !spoken(attempt);

/** The provider said so, or surely never had it. */
export function endedBadly(attempt: AttemptHistory): boolean {
  if ([...attempt.kinds].some((kind) => ENDED_BADLY.has(kind))) return true;
  if (spoken(attempt)) return false;
  if (attempt.assisted) return attempt.assisted !== 'sent';
  return attempt.answer ? attempt.answer === 'rejected' : attempt.settled === 'not_sent';
}
