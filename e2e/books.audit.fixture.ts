import { ledgerKindOf, type BalanceEvent, type PersonEvent } from '@homing/contracts';
import {
  applyBalance,
  emptyBalance,
  emptyPerson,
  evolveBalance,
  evolvePerson,
  type BalanceState,
  type PersonState,
} from '@homing/domain';
import type { EventStore, RecordedEvent } from '@homing/event-store';

const DAY_MS = 86_400_000;

export interface Audit {
  /** Reservations that at some prefix of the log exceeded the limit in force. */
  readonly overdrawn: readonly string[];
  /** People who at some prefix of the log had more messages booked within 24 hours than `perDay`. */
  readonly overbooked: readonly string[];
  readonly balances: ReadonlyMap<string, BalanceState>;
  readonly people: ReadonlyMap<string, PersonState>;
}

/** Reads the books from the truth, event by event, and checks each promise of money and of contact at each prefix. */
export async function auditBooks(store: EventStore, perDay = 3): Promise<Audit> {
  const overdrawn: string[] = [];
  const overbooked: string[] = [];
  const balances = new Map<string, BalanceState>();
  const people = new Map<string, PersonState>();
  await eachEvent(store, ({ stream, type, data }) => {
    const kind = ledgerKindOf(stream);
    if (kind === 'person') {
      const person = evolvePerson(people.get(stream) ?? emptyPerson, { type, data } as PersonEvent);
      people.set(stream, person);
      const most = mostInADay(person);
      if (most > perDay) overbooked.push(`${stream}: ${most} within 24 hours`);
    } else if (kind !== undefined) {
      const event = { type, data } as BalanceEvent;
      const before = balances.get(stream) ?? emptyBalance;
      const step = { ...before, open: { ...before.open } };
      for (const change of event.data.changes) {
        applyBalance(step, change);
        const over = change.kind === 'reserved' && step.limit !== null && step.reserved + step.spent > step.limit;
        if (over) overdrawn.push(`${stream}: ${change.key} makes ${step.reserved + step.spent} of ${step.limit}`);
      }
      balances.set(stream, evolveBalance(before, event));
    }
  });
  return { overdrawn, overbooked, balances, people };
}

/** Counted here and not by the decider's own policy, which would agree with itself. */
function mostInADay({ slots }: PersonState): number {
  const starts = slots.map(({ at }) => Date.parse(at));
  const from = (first: number): number => starts.filter((at) => at >= first && at - first < DAY_MS).length;
  return Math.max(0, ...starts.map(from));
}

/** Shows every event of ours, oldest first, and keeps none. */
export async function eachEvent(store: EventStore, visit: (event: RecordedEvent) => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const subscription = store.subscribeToAll({
    from: 'start',
    onBatch: async ({ events, caughtUp }) => {
      try {
        for (const event of events) visit(event);
        if (caughtUp) resolve();
      } catch (error) {
        reject(error as Error);
      }
    },
  });
  await promise.finally(() => subscription.stop());
}
