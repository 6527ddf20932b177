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
  /** Who of those who share the key. Looking at it, they claim it. */
  readonly worker?: string;
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

/** Somebody else has it in hand. */
export interface TaskClaimed {
  readonly kind: 'claimed';
  readonly by: string;
  readonly until: string;
}

/** Nobody else is shown a task that somebody claimed for so long; they may claim it again. Milliseconds. */
export const TASK_CLAIM_MS = 15 * 60_000;

export type OpenDecision =
  | {
      readonly kind: 'open';
      readonly state: KnownOutreach;
      readonly delivery: Delivery;
      readonly events: readonly OutreachEvent[];
    }
  | TaskClaimed
  | TaskRefusal;

export type FinishDecision =
  | { readonly kind: 'done'; readonly despite?: string; readonly events: readonly OutreachEvent[] }
  /** The same word under the same idempotency key: it stands. */
  | { readonly kind: 'stands'; readonly outcome: AssistedOutcome; readonly at: string }
  | TaskClaimed
  | TaskRefusal;

/**
 * Whether somebody may see what is to be sent: nobody while somebody else has it in hand. That they saw it is an event, once for each in a
 * row; of whoever claims it one more when half of their time is over.
 */
export function openTask(state: OutreachState, command: OpenTask): OpenDecision {
  const task = taskOf(state, command);
  if (task.kind !== 'waiting') return task;
  const { delivery, attempt } = task;
  const { by, worker, now: at } = command;
  const claimed = claimedByOther(attempt, command);
  if (claimed) return claimed;
  const { openedBy, claim } = attempt.assistance ?? {};
  const holds = claim?.worker === worker && Date.parse(claim?.until ?? at) - Date.parse(at) > TASK_CLAIM_MS / 2;
  const seen = openedBy === by && (worker === undefined || holds);
  const until = new Date(Date.parse(at) + TASK_CLAIM_MS).toISOString();
  const data = { ...ofAttempt(delivery, attempt), by, ...(worker === undefined ? {} : { worker, until }), at };
  const events: OutreachEvent[] = seen ? [] : [{ type: 'AssistedTaskOpened', data }];
  return { kind: 'open', state: task.state, delivery, events };
}

/**
 * A person says what became of a task: once, and only while it waits for one. Of two who say it at once the first one's word
 * stands, and the other is told. That it WAS sent is a fact that nobody can undo: it is recorded even after its deadline, a
 * cancellation, a suppression or a word to the contrary, with why it should not have been (`despite`). What follows (a failure, the next
 * step, the books) is for others.
 */
export function finishTask(state: OutreachState, command: FinishTask): FinishDecision {
  const { outcome, by, note, key, now: at } = command;
  const task = taskOf(state, command);
  if (task.kind === 'already_done' && key !== undefined && task.key === key && task.outcome === outcome)
    return { kind: 'stands', outcome, at: task.at };
  const known = attemptOf(state, command);
  if (!known) return { kind: 'unknown_task' };
  const { delivery, attempt } = known;
  const despite = outcome === 'sent' ? overruled(task, delivery) : undefined;
  if (task.kind !== 'waiting' && despite === undefined) return task;
  // Whoever has it in hand may have sent it by now.
  const claimed = outcome === 'sent' ? undefined : claimedByOther(attempt, command);
  if (claimed) return claimed;
  const data = {
    ...ofAttempt(delivery, attempt),
    provider: attempt.provider,
    outcome,
    by,
    ...(note === undefined ? {} : { note }),
    ...(key === undefined ? {} : { key }),
    ...(despite === undefined ? {} : { despite }),
    at,
  };
  const events: OutreachEvent[] = [{ type: 'AssistedTaskDone', data }];
  return { kind: 'done', ...(despite === undefined ? {} : { despite }), events };
}

type Task =
  | { readonly kind: 'waiting'; readonly state: KnownOutreach; readonly delivery: Delivery; readonly attempt: Attempt }
  | Exclude<TaskRefusal, { kind: 'already_done' }>
  | (Extract<TaskRefusal, { kind: 'already_done' }> & { readonly key?: string });

function claimedByOther({ assistance }: Attempt, { worker, now }: Pick<OfTask, 'worker' | 'now'>) {
  const { claim } = assistance ?? {};
  if (!claim || claim.worker === worker || Date.parse(claim.until) <= Date.parse(now)) return undefined;
  return { kind: 'claimed', by: claim.by, until: claim.until } satisfies TaskClaimed;
}

/** What gives way to somebody's word that it was sent. */
function overruled(task: Task, { closed }: Delivery): string | undefined {
  if (task.kind === 'withdrawn') return closed?.kind === 'skipped' ? closed.reason : task.reason;
  return task.kind === 'already_done' && task.outcome !== 'sent' ? task.outcome : undefined;
}

/** An attempt that a person was asked to make. */
function attemptOf(state: OutreachState, { leg, attempt: number }: Pick<OfTask, 'leg' | 'attempt'>) {
  const delivery = deliveryOf(state, leg);
  const attempt = delivery?.attempts.find((each) => each.attempt === number);
  return delivery && attempt?.assistance ? { delivery, attempt, assistance: attempt.assistance } : undefined;
}

function taskOf(state: OutreachState, { withheld, now, ...of }: Omit<OfTask, 'by' | 'worker'>): Task {
  const known = attemptOf(state, of);
  if (state.status === 'none' || !known) return { kind: 'unknown_task' };
  const { delivery, attempt } = known;
  const { leg } = delivery;
  const { end } = known.assistance;
  if (end && end.outcome !== 'withdrawn') return { kind: 'already_done', ...end, outcome: end.outcome };
  if (end || delivery.closed) return { kind: 'withdrawn', reason: delivery.closed?.kind ?? 'withdrawn', events: [] };
  if (attemptState(attempt) !== 'awaiting_person')
    return { kind: 'withdrawn', reason: attemptState(attempt), events: [] };
  const { deliveryId, channel } = delivery;
  const closing = { deliveryId, leg, channel, at: now };
  const ended = (reason: string, event: OutreachEvent): Task => ({
    kind: 'withdrawn',
    reason,
    events: withSettlement(state, [event], now),
  });
  // What ends it is on its way: who follows the cancellation does it together with the books.
  if (state.cancellation || state.status !== 'active') return { kind: 'withdrawn', reason: 'cancelled', events: [] };
  if (Date.parse(now) >= Date.parse(delivery.expiresAt))
    return ended('expired', { type: 'DeliveryExpired', data: closing });
  if (withheld !== undefined)
    return ended(withheld, { type: 'DeliverySkipped', data: { ...closing, reason: withheld } });
  return { kind: 'waiting', state, delivery, attempt };
}

const ofAttempt = ({ deliveryId, leg, channel }: Delivery, { attempt }: Attempt) => ({
  deliveryId,
  leg,
  channel,
  attempt,
});
