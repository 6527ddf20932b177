import type { AssistedOutcome, OutreachEvent } from '@homing/contracts';
import {
  deliveryOf,
  type Attempt,
  type Delivery,
  type KnownOutreach,
  type OutreachState,
} from '../outreach/outreach.state.js';
import { attemptState } from './attempt-state.policy.js';
import { withSettlement } from './settlement.policy.js';

interface OfTask {
  readonly leg: number;
  readonly attempt: number;
  /** The key that asks, for the audit trail. */
  readonly by: string;
  /** Why it may not be sent any more, as the gate said a moment ago (`suppressed`, `campaign_stopped`). */
  readonly withheld?: string;
  readonly now: string;
}

export type OpenTask = OfTask;

export interface FinishTask extends OfTask {
  readonly outcome: AssistedOutcome;
  readonly note?: string;
  /** Digest of the caller's idempotency key. */
  readonly key?: string;
}

/** Why a task is nobody's to do any more. */
export type TaskRefusal =
  | { readonly kind: 'unknown_task' }
  /** Somebody has done with it. */
  | { readonly kind: 'already_done'; readonly outcome: AssistedOutcome; readonly at: string; readonly by?: string }
  /** Its delivery ended; `events` are what ends it now, none where it had ended before or somebody else ends it. */
  | { readonly kind: 'withdrawn'; readonly reason: string; readonly events: readonly OutreachEvent[] };

export type OpenDecision =
  | {
      readonly kind: 'open';
      readonly state: KnownOutreach;
      readonly delivery: Delivery;
      readonly events: readonly OutreachEvent[];
    }
  | TaskRefusal;

export type FinishDecision =
  | { readonly kind: 'done'; readonly events: readonly OutreachEvent[] }
  /** The same word under the same idempotency key: it stands. */
  | { readonly kind: 'stands'; readonly outcome: AssistedOutcome; readonly at: string }
  | TaskRefusal;

/** Whether somebody may see what is to be sent. That they saw it is an event, once for each in a row. */
export function openTask(state: OutreachState, command: OpenTask): OpenDecision {
  const task = taskOf(state, command);
  if (task.kind !== 'waiting') return task;
  const { delivery, attempt } = task;
  const { by, now: at } = command;
  const seen = attempt.assistance?.openedBy === by;
  const data = { ...ofAttempt(delivery, attempt), by, at };
  const events: OutreachEvent[] = seen ? [] : [{ type: 'AssistedTaskOpened', data }];
  return { kind: 'open', state: task.state, delivery, events };
}

/**
 * A person says what became of a task: once, and only while it waits for one. Of two who say it at once the first one's word
 * stands, and the other is told. What follows (a failure, the next step) is for `react`.
 */
export function finishTask(state: OutreachState, command: FinishTask): FinishDecision {
  const { outcome, by, note, key, now: at } = command;
  const task = taskOf(state, command);
  if (task.kind === 'already_done' && key !== undefined && task.key === key && task.outcome === outcome)
    return { kind: 'stands', outcome, at: task.at };
  if (task.kind !== 'waiting') return task;
  const { delivery, attempt } = task;
  const data = {
    ...ofAttempt(delivery, attempt),
    provider: attempt.provider,
    outcome,
    by,
    ...(note === undefined ? {} : { note }),
    ...(key === undefined ? {} : { key }),
    at,
  };
  return { kind: 'done', events: [{ type: 'AssistedTaskDone', data }] };
}

type Task =
  | { readonly kind: 'waiting'; readonly state: KnownOutreach; readonly delivery: Delivery; readonly attempt: Attempt }
  | Exclude<TaskRefusal, { kind: 'already_done' }>
  | (Extract<TaskRefusal, { kind: 'already_done' }> & { readonly key?: string });

function taskOf(state: OutreachState, { leg, attempt: number, withheld, now }: Omit<OfTask, 'by'>): Task {
  const delivery = deliveryOf(state, leg);
  const attempt = delivery?.attempts.find((each) => each.attempt === number);
  const { assistance } = attempt ?? {};
  if (state.status === 'none' || !delivery || !attempt || !assistance) return { kind: 'unknown_task' };
  const { end } = assistance;
  if (end && end.outcome !== 'withdrawn') return { kind: 'already_done', ...end, outcome: end.outcome };
  if (end || delivery.closed) return { kind: 'withdrawn', reason: delivery.closed?.kind ?? 'withdrawn', events: [] };
  if (attemptState(attempt) !== 'awaiting_person')
    return { kind: 'withdrawn', reason: attemptState(attempt), events: [] };
  const { deliveryId, channel } = delivery;
  const of = { deliveryId, leg, channel, at: now };
  const ended = (reason: string, event: OutreachEvent): Task => ({
    kind: 'withdrawn',
    reason,
    events: withSettlement(state, [event], now),
  });
  // What ends it is on its way: who follows the cancellation does it together with the books.
  if (state.cancellation || state.status !== 'active') return { kind: 'withdrawn', reason: 'cancelled', events: [] };
  if (Date.parse(now) >= Date.parse(delivery.expiresAt)) return ended('expired', { type: 'DeliveryExpired', data: of });
  if (withheld !== undefined) return ended(withheld, { type: 'DeliverySkipped', data: { ...of, reason: withheld } });
  return { kind: 'waiting', state, delivery, attempt };
}

const ofAttempt = ({ deliveryId, leg, channel }: Delivery, { attempt }: Attempt) => ({
  deliveryId,
  leg,
  channel,
  attempt,
});
