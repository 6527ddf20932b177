import { dispatchOf, expireLease, react, type OutgoingDispatch, type OutreachState } from '@homing/domain';
import type { EventStore, Folded } from '@homing/event-store';
import { changeOutreach, readOutreach } from '@homing/event-store/outreach';
import type { SystemQueries, TimetableRow } from '@homing/read-model';
import { crashPoint } from '@homing/service-kit';
import { nextWakeAt } from './wake.policy.js';

export interface WakeParts {
  readonly store: Pick<EventStore, 'append' | 'readStream'>;
  readonly readModel: Pick<SystemQueries, 'dueEntries' | 'markWoken' | 'foldedStates'>;
  /** Resolves when every dispatch is stored on the bus. */
  readonly publish: (dispatches: readonly OutgoingDispatch[]) => Promise<void>;
  readonly instance: string;
  readonly now: () => Date;
}

export interface WakeRound {
  readonly dispatched: number;
  readonly expired: number;
  readonly reacted: number;
  /** True when more was due than one round takes. */
  readonly more: boolean;
}

/** Entries one round takes. */
export const ROUND_SIZE = 500;

/**
 * One look at the timetable: dispatches what is due, makes outcomes unknown whose lease has passed, and does reactions
 * nobody did. Everything is decided at the exact revision, so two schedulers, or one that repeats itself, change nothing twice.
 */
export async function wakeDue(parts: WakeParts): Promise<WakeRound> {
  const now = parts.now();
  const due = await parts.readModel.dueEntries({ now: now.toISOString(), limit: ROUND_SIZE });
  // Counted before the work is done: a crash in between costs a wait, never a flood.
  const woken = await markAll(parts, due, now);
  const rows = await parts.readModel.foldedStates([...new Set(woken.map((entry) => entry.outreachId))]);
  const states = new Map(rows.map(({ outreachId, state, revision }) => [outreachId, { state, revision }]));
  const of = (kind: TimetableRow['kind']): TimetableRow[] => woken.filter((entry) => entry.kind === kind);

  // Each on its own: a bus that is away keeps no lease, and one stream in trouble keeps nobody else waiting.
  const at = now.toISOString();
  const done = await Promise.allSettled([
    ...of('lease').map((entry) => expire(parts, entry, at)),
    ...of('reaction').map((entry) => reactFor(parts, entry, at)),
  ]);
  const dispatches = of('dispatch').flatMap((entry) => dispatchFor(entry, states.get(entry.outreachId)));
  if (dispatches.length > 0) {
    crashPoint('scheduler.before-dispatch');
    await parts.publish(dispatches);
    crashPoint('scheduler.after-dispatch');
  }
  const failed = done.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return {
    dispatched: dispatches.length,
    expired: of('lease').length,
    reacted: of('reaction').length,
    more: due.length === ROUND_SIZE,
  };
}

/** Those woken for the nth time wait alike for the next. */
async function markAll({ readModel }: WakeParts, due: readonly TimetableRow[], now: Date): Promise<TimetableRow[]> {
  const woken: TimetableRow[] = [];
  for (const [wakes, entries] of Map.groupBy(due, (entry) => entry.wakes)) {
    woken.push(
      ...(await readModel.markWoken({
        entries,
        now: now.toISOString(),
        nextWakeAt: nextWakeAt(now, wakes).toISOString(),
      })),
    );
  }
  return woken;
}

function dispatchFor(entry: TimetableRow, folded: Folded<OutreachState> | undefined): OutgoingDispatch[] {
  if (!folded || folded.state.status !== 'active' || folded.revision === 'no_stream') return [];
  const { leg, attempt, wakes: wake } = entry;
  return [dispatchOf(folded.state, folded.revision, { leg, attempt, wake })];
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

async function reactFor({ store, instance }: WakeParts, entry: TimetableRow, now: string): Promise<void> {
  const { outreachId, tenantId, deliveryId, attempt } = entry;
  await changeOutreach(store, instance, {
    outreachId,
    tenantId,
    known: await readOutreach(store, outreachId),
    decide: (state) => react(state, now),
    commandId: `react:${deliveryId}:${attempt}`,
    causationId: `react:${deliveryId}:${attempt}`,
    now,
  });
}
