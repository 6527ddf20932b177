import type { OutreachEvent, Recourse, RestoreConfirmed } from '@homing/contracts';
import { deliveryOf, type OutreachState } from '../outreach/outreach.state.js';

/** An event of an outreach and when the store took it, by the store's clock. */
export interface Stored {
  readonly event: OutreachEvent;
  readonly recordedAt: string;
}

/** What an operator confirmed of a restore. */
export type Restore = Pick<RestoreConfirmed, 'keptUntil' | 'dueBefore'>;

export interface AttemptOf {
  readonly leg: number;
  readonly attempt: number;
}

/**
 * Whether an attempt may have been sent in the history that a restore lost. Planned before the restore: when it was due before it.
 * Planned since: when what it was planned on happened before it, for then the lost history may hold the same plan, carried out;
 * and when the attempt before it may have been made there, for then it may have failed there and been followed, whatever is told
 * of it now. An operator's word that it was not sent, given since, ends that: a person has looked.
 *
 * @param history the outreach's whole stream
 */
export function mayHaveBeenSent(history: readonly Stored[], of: AttemptOf, restore: Restore): boolean {
  const plans = history.filter(({ event }) => dueOf(event, of) !== undefined);
  const [first] = plans;
  if (!first) return false;
  const kept = plans.findLast(({ recordedAt }) => isBefore(recordedAt, restore.keptUntil, 'or at'));
  if (kept) return isBefore(dueOf(kept.event, of), restore.dueBefore);
  const before = history.slice(0, history.indexOf(first));
  if (isBefore(causeOf(before, of), restore.dueBefore)) return true;
  if (of.attempt === 1) return false;
  const former = { leg: of.leg, attempt: of.attempt - 1 };
  return !before.some((each) => saidNotSent(each, former, restore)) && mayHaveBeenSent(before, former, restore);
}

const saidNotSent = ({ event, recordedAt }: Stored, { leg, attempt }: AttemptOf, { dueBefore }: Restore): boolean =>
  event.type === 'UnknownOutcomeSettled' &&
  event.data.leg === leg &&
  event.data.attempt === attempt &&
  event.data.outcome === 'not_sent' &&
  event.data.via === 'operator' &&
  !isBefore(recordedAt, dueBefore);

/** When the attempt is due by this event; undefined when it does not plan it. */
function dueOf(event: OutreachEvent, { leg, attempt }: AttemptOf): string | undefined {
  if (event.type === 'DeliveryScheduled' && event.data.leg === leg && attempt === 1) return event.data.sendAt;
  const moves = event.type === 'RetryScheduled' || event.type === 'DeliveryRescheduled';
  return moves && event.data.leg === leg && event.data.attempt === attempt ? event.data.at : undefined;
}

/** When that happened on which it was planned: for a first attempt the request, for a retry what was last told of the leg. */
function causeOf(before: readonly Stored[], { leg, attempt }: AttemptOf): string | undefined {
  if (attempt === 1) {
    const requested = before.find(({ event }) => event.type === 'OutreachRequested')?.event;
    return requested?.type === 'OutreachRequested' ? requested.data.acceptedAt : undefined;
  }
  return before.findLast(({ event }) => 'leg' in event.data && event.data.leg === leg)?.recordedAt;
}

const isBefore = (instant: string | undefined, end: string, or?: 'or at'): boolean => {
  if (instant === undefined) return false;
  const [at, limit] = [Date.parse(instant), Date.parse(end)];
  return or ? at <= limit : at < limit;
};

export interface PresumeSent extends AttemptOf {
  readonly claimId: string;
  readonly claimedBy: string;
  readonly now: string;
  /** How its outcome can be asked for. Never by a re-send: when the provider saw the key, if it did, nobody knows. */
  readonly recourse?: Pick<Recourse, 'lookUpAfterSeconds'>;
}

/**
 * In the place of a call that may have been made already: the attempt is started and its outcome unknown, so that it is settled like
 * any other of which nobody knows, and nothing is sent. Nothing when it is not the next attempt any more.
 */
export function presumeSent(state: OutreachState, command: PresumeSent): readonly OutreachEvent[] {
  const delivery = deliveryOf(state, command.leg);
  if (state.status !== 'active' || !delivery || delivery.closed || delivery.next?.attempt !== command.attempt)
    return [];
  const { deliveryId, leg, channel, plan } = delivery;
  const { attempt, claimId, claimedBy, now, recourse } = command;
  const of = { deliveryId, leg, channel, attempt, provider: plan.provider };
  return [
    {
      type: 'AttemptStarted',
      data: { ...of, claimId, claimedBy, startedAt: now, leaseUntil: now, ...(recourse ? { recourse } : {}) },
    },
    { type: 'AttemptOutcomeUnknown', data: { ...of, reason: 'restored', since: now } },
  ];
}
