import { counter, gauge, histogram } from '@homing/service-kit/telemetry';
import type { Role, SystemQueries } from '@homing/read-model';
import type { BatchKeeper } from '@homing/vault/batch';

export const rounds = histogram({
  name: 'homing_scheduler_round_seconds',
  help: 'One round of the scheduler.',
  labels: { round: 'open', outcome: ['done', 'failed'] },
});

export const refed = counter({
  name: 'homing_refed_total',
  help: 'Accepted requests without a decision that were fed to the bus again.',
});

export const expandedItems = counter({
  name: 'homing_batch_items_expanded_total',
  help: 'Items of batches that were handed over to be decided.',
});
const waitingItems = gauge({
  name: 'homing_batch_items_waiting',
  help: 'Items of accepted batches that are not handed over yet; the leader tells.',
});

const leading = gauge({ name: 'homing_scheduler_leading', help: '1 where this process works, 0 where it stands by.' });
const unknowns = gauge({
  name: 'homing_unknown_outcomes_open',
  help: 'Attempts whose outcome nobody knows and that are not settled; the leader tells.',
});
const overdue = gauge({
  name: 'homing_timetable_overdue',
  help: 'Entries of the timetable that are due now and not woken yet; the leader tells.',
});

/** Asked of the read model when it is scraped, by the leader alone. */
export function measureScheduler(role: () => Role, queries: Pick<SystemQueries, 'openCounts'>): void {
  let asking: ReturnType<typeof queries.openCounts> | undefined;
  const counts = () => (asking ??= queries.openCounts(new Date().toISOString()).finally(() => (asking = undefined)));
  const whileLeading = <T>(read: () => Promise<T>) => (role() === 'leading' ? read() : undefined);
  leading.observe(() => (role() === 'leading' ? 1 : 0));
  unknowns.observe(() => whileLeading(async () => (await counts()).unknownOutcomes));
  overdue.observe(() => whileLeading(async () => (await counts()).overdue));
}

/** Asked of the vault when it is scraped, by the leader alone. */
export function measureBatches(role: () => Role, batches: Pick<BatchKeeper, 'countWaiting'>): void {
  waitingItems.observe(() => (role() === 'leading' ? batches.countWaiting() : undefined));
}
