import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import {
  ledgerKindOf,
  outreachIdOfStream,
  outreachStream,
  parseReservationKey,
  type BalanceEvent,
  type PersonEvent,
} from '@homing/contracts';
import {
  applyBalance,
  deliveryState,
  emptyBalance,
  emptyPerson,
  evolveBalance,
  evolvePerson,
  type BalanceState,
  type PersonState,
} from '@homing/domain';
import { freePort } from '@homing/embedded-stores';
import type { EventStore, RecordedEvent } from '@homing/event-store';
import { readOutreach } from '@homing/event-store/outreach';
import { LocalStack, until } from '@homing/testing/local-stack';

const main = fileURLToPath(new URL('../apps/orchestrator/dist/main.js', import.meta.url));

/** More orchestrators beside the launcher's own, each with its very environment. */
export class Orchestrators {
  readonly #children: (ChildProcess | undefined)[] = [];

  constructor(private readonly stack: LocalStack) {}

  async start(count: number): Promise<void> {
    const environment = this.stack.environmentOf('orchestrator');
    await Promise.all(
      Array.from({ length: count }, async (_, i) => {
        const port = await freePort();
        const env = { ...environment, PORT: String(port), INSTANCE: `orchestrator-${i + 2}` };
        this.#children[i] = spawn(process.execPath, [main], { env, stdio: 'ignore' });
        const ready = async () => (await this.stack.ready(port - this.stack.portBase)) === 200;
        await until(ready, `orchestrator ${i + 2}`);
      }),
    );
  }

  /** Kills one of them, the launcher's own included, and starts it again. Resolves when it answers. */
  async killAndRestart(n: number): Promise<void> {
    if (n % (this.#children.length + 1) === 0) {
      const restarts = this.stack.services()['orchestrator']?.restarts ?? 0;
      await this.stack.kill('orchestrator');
      return this.stack.recovered('orchestrator', restarts + 1);
    }
    const at = (n % (this.#children.length + 1)) - 1;
    await this.#end(at, 'SIGKILL');
    const port = await freePort();
    const env = { ...this.stack.environmentOf('orchestrator'), PORT: String(port) };
    this.#children[at] = spawn(process.execPath, [main], { env, stdio: 'ignore' });
    await until(async () => (await this.stack.ready(port - this.stack.portBase)) === 200, 'the orchestrator again');
  }

  async stop(): Promise<void> {
    await Promise.all(this.#children.map((_, at) => this.#end(at, 'SIGTERM')));
  }

  async #end(at: number, signal: NodeJS.Signals): Promise<void> {
    const child = this.#children[at];
    this.#children[at] = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }
}

export interface Audit {
  /** Reservations that at some prefix of the log exceeded the limit in force. */
  readonly overdrawn: readonly string[];
  readonly balances: ReadonlyMap<string, BalanceState>;
  readonly people: ReadonlyMap<string, PersonState>;
}

/** Reads the books from the truth, event by event, and checks each promise of money at each prefix. */
export async function auditBooks(store: EventStore): Promise<Audit> {
  const overdrawn: string[] = [];
  const balances = new Map<string, BalanceState>();
  const people = new Map<string, PersonState>();
  for (const { stream, type, data } of await everything(store)) {
    const kind = ledgerKindOf(stream);
    if (kind === 'person') {
      people.set(stream, evolvePerson(people.get(stream) ?? emptyPerson, { type, data } as PersonEvent));
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
  }
  return { overdrawn, balances, people };
}

/** What stands reserved although the outreach it is for is over, refused, or was never decided. */
export async function ownerless(store: EventStore, audit: Audit): Promise<string[]> {
  const open = [
    ...[...audit.balances].flatMap(([stream, balance]) => Object.keys(balance.open).map((key) => ({ stream, key }))),
    ...[...audit.people].flatMap(([stream, person]) => person.slots.map(({ key }) => ({ stream, key }))),
  ];
  const found: string[] = [];
  for (const { stream, key } of open) {
    const { outreachId = '' } = parseReservationKey(key) ?? {};
    const { state } = await readOutreach(store, outreachId);
    const delivery = state.status === 'none' ? undefined : state.deliveries[0];
    const named = delivery?.ledgers?.includes(stream) ?? false;
    const kept = ledgerKindOf(stream) === 'person' && delivery?.attempts.length !== 0;
    const owned = named && (state.status === 'active' || (state.status === 'settled' && kept));
    if (!owned) found.push(`${stream} ${key}: ${state.status} ${delivery ? deliveryState(delivery) : ''}`);
  }
  return found;
}

/** Every event of ours, oldest first. */
async function everything(store: EventStore): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const subscription = store.subscribeToAll({
    from: 'start',
    onBatch: async (batch) => {
      events.push(...batch.events);
      if (batch.caughtUp) resolve();
    },
  });
  await promise;
  await subscription.stop();
  return events;
}

export const decidedIn = async (store: EventStore, outreachId: string): Promise<string | undefined> => {
  const read = await store.readStream(outreachStream(outreachId));
  if (read.kind === 'missing') return undefined;
  return read.events.map(({ type }) => type).find((type) => type === 'OutreachDecided' || type === 'OutreachRefused');
};

/** How many outreach there are, by how they were decided. */
export async function decisions(store: EventStore): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const { stream, type } of await everything(store)) {
    if (outreachIdOfStream(stream) !== undefined) counts[type] = (counts[type] ?? 0) + 1;
  }
  return counts;
}
