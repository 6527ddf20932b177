import {
  deliveryOf,
  dispatchOf,
  expireLease,
  isLapsed,
  type OutgoingDispatch,
  type OutgoingLookUp,
  type OutreachState,
} from '@homing/domain';
import type { EventStore, Folded } from '@homing/event-store';
import { changeOutreach, readOutreach } from '@homing/event-store/outreach';
import type { SystemQueries, TimetableRow } from '@homing/read-model';
import { crashPoint } from '@homing/service-kit';
import { assume, lookUpFor } from './unknown.wake.js';
import { wakes } from './wake.metrics.js';
import { nextWakeAt, REFUSED_MS, rewakeOf } from './wake.policy.js';

/** Goes on in the outreach's trace, where one is kept. */
export type Traced<Message> = Message & { readonly traceparent?: string | undefined };

export interface WakeParts {
  readonly store: Pick<EventStore, 'append' | 'readStream'>;
  readonly readModel: Pick<SystemQueries, 'dueEntries' | 'markWoken' | 'foldedStates'>;
  /** Resolves when every dispatch is stored on the bus. */
  readonly publish: (dispatches: readonly Traced<OutgoingDispatch>[]) => Promise<void>;
  /** Resolves when every look-up is stored on the bus. */
  readonly lookUp: (lookUps: readonly Traced<OutgoingLookUp>[]) => Promise<void>;
  /** Resolves when the orchestrator has been told, durably, to look at each. */
  readonly follow: (outreach: readonly Pick<TimetableRow, 'outreachId' | 'tenantId' | 'wakes'>[]) => Promise<void>;
  /** Dispatches that still fit on the bus. */
  readonly room: () => Promise<number>;
  readonly instance: string;
  readonly now: () => Date;
}

export interface WakeRound {
  readonly dispatched: number;
  readonly expired: number;
  /** Handed to the orchestrator: reactions nobody did, starts whose booking has lapsed, and steps of chains that follow. */
  readonly followed: number;
  readonly lookedUp: number;
  readonly assumed: number;
  /** True when more was due than one round takes. */
  readonly more: boolean;
}

/** Entries one round takes. */
export const ROUND_SIZE = 500;

/**
 * One look at the timetable: dispatches what is due and fits into the dispatch window, makes outcomes unknown whose lease has
 * passed, has unknown outcomes looked up and takes for sent what nobody could tell of, and has the orchestrator do what nobody
 * did. Everything is decided at the exact revision, so two schedulers, or one that repeats itself, change nothing twice.
 */
export async function wakeDue(parts: WakeParts): Promise<WakeRound> {
  const now = parts.now();
  const at = now.toISOString();
  const room = Math.min(ROUND_SIZE, await parts.room());
  const { readModel } = parts;
  const due = [
    ...(await readModel.dueEntries({ now: at, limit: ROUND_SIZE, except: 'dispatch' })),
    ...(room > 0 ? await readModel.dueEntries({ now: at, limit: room, kind: 'dispatch' }) : []),
  ];
  // Counted before the work is done: a crash in between costs a wait, never a flood.
  const woken = await markAll(parts, due, now);
  const of = (kind: TimetableRow['kind']): TimetableRow[] => woken.filter((entry) => entry.kind === kind);
  const starts = of('dispatch');
  const needed = [...starts, ...of('lookup')].map((entry) => entry.outreachId);
  const rows = await readModel.foldedStates([...new Set(needed)]);
  const states = new Map(
    rows.map(({ outreachId, state, revision, traceparent }) => [
      outreachId,
      { state, revision, traceparent: traceparent ?? undefined },
    ]),
  );

  // Each on its own: a bus that is away keeps no lease, and one stream in trouble keeps nobody else waiting.
  const done = await Promise.allSettled([
    ...of('lease').map((entry) => expire(parts, entry, at)),
    ...of('assume').map((entry) => assume(parts, entry, at)),
  ]);
  const lapsed = starts.filter((entry) => hasLapsed(states.get(entry.outreachId)?.state, entry.leg, at));
  const dispatches = starts
    .filter((entry) => !lapsed.includes(entry))
    .flatMap((entry) => dispatchFor(entry, states.get(entry.outreachId)));
  if (dispatches.length > 0) {
    crashPoint('scheduler.before-dispatch');
    await handOver(parts, starts, () => parts.publish(dispatches));
    crashPoint('scheduler.after-dispatch');
  }
  const lookUps = of('lookup').flatMap((entry): Traced<OutgoingLookUp>[] => {
    const folded = states.get(entry.outreachId);
    return lookUpFor(entry, folded, at).map((lookUp) => ({ ...lookUp, traceparent: folded?.traceparent }));
  });
  if (lookUps.length > 0) await handOver(parts, of('lookup'), () => parts.lookUp(lookUps));
  // What was assumed is charged: the books are squared.
  const follow = [...of('reaction'), ...lapsed, ...of('assume'), ...of('fallback')];
  if (follow.length > 0) await handOver(parts, follow, () => parts.follow(follow));
  const failed = done.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  wakes.add(dispatches.length, { kind: 'dispatch' });
  wakes.add(of('lease').length, { kind: 'lease' });
  wakes.add(of('reaction').length, { kind: 'reaction' });
  wakes.add(of('fallback').length, { kind: 'fallback' });
  wakes.add(lookUps.length, { kind: 'lookup' });
  wakes.add(of('assume').length, { kind: 'assume' });
  return {
    dispatched: dispatches.length,
    expired: of('lease').length,
    followed: follow.length,
    lookedUp: lookUps.length,
    assumed: of('assume').length,
    more: due.length >= ROUND_SIZE,
  };
}

/** A bus that takes nothing, for however long, must not make the waits grow: they would go on when it is back. */
async function handOver(
  { readModel, now }: WakeParts,
  entries: readonly TimetableRow[],
  publish: () => Promise<void>,
): Promise<void> {
  try {
    await publish();
  } catch (error) {
    const at = now();
    const nextWakeAt = new Date(at.getTime() + REFUSED_MS).toISOString();
    await readModel.markWoken({ entries, now: at.toISOString(), nextWakeAt }).catch(() => undefined);
    throw error;
  }
}

/** What it has in the books was for an earlier instant: it is booked anew before it is dispatched. */
function hasLapsed(state: OutreachState | undefined, leg: number, now: string): boolean {
  const delivery = state && deliveryOf(state, leg);
  return delivery !== undefined && isLapsed(delivery, now);
}

/** Those of a kind woken for the nth time wait alike for the next. */
async function markAll({ readModel }: WakeParts, due: readonly TimetableRow[], now: Date): Promise<TimetableRow[]> {
  const woken: TimetableRow[] = [];
  for (const entries of Map.groupBy(due, ({ kind, wakes }) => `${rewakeOf(kind)} ${wakes}`).values()) {
    const [{ kind, wakes } = { kind: 'dispatch', wakes: 0 } as const] = entries;
    const next = nextWakeAt(now, wakes, rewakeOf(kind)).toISOString();
    woken.push(...(await readModel.markWoken({ entries, now: now.toISOString(), nextWakeAt: next })));
  }
  return woken;
}

function dispatchFor(entry: TimetableRow, folded: Folded<OutreachState> | undefined): Traced<OutgoingDispatch>[] {
  if (!folded || folded.state.status !== 'active' || folded.revision === 'no_stream') return [];
  // The first wake repeats the committer's message id: the bus drops it while that one is still known there.
  const { leg, attempt, wakes } = entry;
  const wake = wakes - 1;
  const { traceparent } = folded;
  return [{ ...dispatchOf(folded.state, folded.revision, { leg, attempt, wake }), traceparent }];
}

async function expire({ store, instance }: WakeParts, entry: TimetableRow, now: string): Promise<void> {
  const { outreachId, tenantId, deliveryId, leg, attempt } = entry;
  crashPoint('scheduler.before-expiry');
  await changeOutreach(store, instance, {
    outreachId,
    tenantId,
    known: await readOutreach(store, outreachId),
    decide: (state) => expireLease(state, { leg, attempt, now }),
    commandId: `lease:${deliveryId}:${attempt}`,
    causationId: `lease:${deliveryId}:${attempt}`,
    now,
  });
  crashPoint('scheduler.after-expiry');
}
