import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ledgerKindOf, outreachIdOfStream, outreachStream, parseReservationKey } from '@homing/contracts';
import { deliveryState } from '@homing/domain';
import { freePort } from '@homing/embedded-stores';
import type { EventStore } from '@homing/event-store';
import { readOutreach } from '@homing/event-store/outreach';
import { LocalStack, until } from '@homing/testing/local-stack';
import { eachEvent, type Audit } from './books.audit.fixture.js';

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

export const decidedIn = async (store: EventStore, outreachId: string): Promise<string | undefined> => {
  const read = await store.readStream(outreachStream(outreachId));
  if (read.kind === 'missing') return undefined;
  return read.events.map(({ type }) => type).find((type) => type === 'OutreachDecided' || type === 'OutreachRefused');
};

/** Whether an outreach has a message that is due, or with the provider and not paid for yet: what moves its budget still. */
export async function underWay(store: EventStore, outreachId: string): Promise<boolean> {
  const { state } = await readOutreach(store, outreachId);
  if (state.status !== 'active') return false;
  const now = Date.now();
  return state.deliveries.some((delivery) => {
    if (delivery.closed) return false;
    return delivery.next ? Date.parse(delivery.next.at) <= now + DUE_SOON_MS : true;
  });
}
/** A retry of the provider's own weather comes within this; what was asked for tomorrow does not. */
const DUE_SOON_MS = 3_600_000;

/** How many outreach there are, by how they were decided. */
export async function decisions(store: EventStore): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  await eachEvent(store, ({ stream, type }) => {
    if (outreachIdOfStream(stream) !== undefined) counts[type] = (counts[type] ?? 0) + 1;
  });
  return counts;
}
