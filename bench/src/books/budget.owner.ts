import { setTimeout as pause } from 'node:timers/promises';
import { connectEventStore } from '@homing/event-store';
import { createLedgers, type Ledgers } from '@homing/event-store/ledger';
import { arrivals } from '../figures/arrival.schedule.js';
import { epochNow } from '../load/open.loop.js';
import type { BudgetJob, BudgetResult, BudgetStart } from './budget.job.js';
import { countedStore } from './counted.store.js';

/** Never reached: what is measured is reserving, not refusing. */
const LIMIT = { limit: 10 ** 12, version: 1 };

interface Held {
  readonly key: string;
  readonly amount: number;
  readonly serial: number;
}

/** Reserves from one budget with the orchestrator's own books, and closes what it reserved: two of three settled, the third released. `ready`: connected. */
export async function ownBudget(job: BudgetJob, ready: () => Promise<BudgetStart>): Promise<BudgetResult> {
  const connected = connectEventStore({ url: job.url });
  const { store, counts } = countedStore(connected);
  const books = createLedgers({ store, instance: job.owner, now: () => new Date().toISOString() });
  try {
    await connected.ping();
    const { beginAt } = await ready();
    const owner = new BudgetOwner(books, { ...job, beginAt });
    await pause(Math.max(0, beginAt - epochNow()));
    const cpu = process.cpuUsage();
    await (job.rate === undefined ? owner.closedLoop() : owner.openLoop(job.rate));
    const { user, system } = process.cpuUsage(cpu);
    return { ...owner.result(), ...counts, cpuMs: (user + system) / 1_000 };
  } finally {
    await connected.dispose();
  }
}

class BudgetOwner {
  readonly #latencies: number[] = [];
  #inTime = 0;
  #asked = 0;
  readonly #booked = { count: 0, micros: 0 };
  readonly #settled = { count: 0, micros: 0, charged: 0 };
  readonly #released = { count: 0, micros: 0 };

  constructor(
    private readonly books: Ledgers,
    private readonly job: BudgetJob & BudgetStart,
  ) {}

  async closedLoop(): Promise<void> {
    const { callers } = this.job;
    await Promise.all(Array.from({ length: callers }, () => this.#caller()));
  }

  async openLoop(rate: number): Promise<void> {
    const { seconds, beginAt, callers, keepsOpen } = this.job;
    const times = arrivals({ rate, seconds, seed: 1 });
    const held: Held[] = [];
    const one = async (at: number): Promise<void> => {
      held.push(await this.#reserve(at));
      const oldest = keepsOpen !== undefined && held.length > keepsOpen * callers ? held.shift() : undefined;
      if (oldest) await this.#close(oldest);
    };
    const open: Promise<void>[] = [];
    for (let n = 0; n < times.length;) {
      const now = epochNow() - beginAt;
      while (n < times.length && (times[n] ?? 0) <= now) open.push(one(beginAt + (times[n++] ?? 0)));
      await pause(1);
    }
    await Promise.all(open);
  }

  result(): Omit<BudgetResult, 'appends' | 'conflicts' | 'reads' | 'cpuMs'> {
    return {
      latencies: this.#latencies,
      inTime: this.#inTime,
      booked: this.#booked,
      settled: this.#settled,
      released: this.#released,
    };
  }

  async #caller(): Promise<void> {
    const { keepsOpen } = this.job;
    const held: Held[] = [];
    while (epochNow() < this.#until) {
      const oldest = keepsOpen !== undefined && held.length > keepsOpen ? held.shift() : undefined;
      const [reserved] = await Promise.all([this.#reserve(epochNow()), oldest && this.#close(oldest)]);
      held.push(reserved);
    }
  }

  get #until(): number {
    return this.job.beginAt + this.job.seconds * 1_000;
  }

  async #reserve(intendedAt: number): Promise<Held> {
    const { owner, stream, tenantId } = this.job;
    const n = this.#asked++;
    const key = `${owner}-${String(n).padStart(12, '0')}.1/1/1`;
    const amount = 60_000 + (n % 7);
    const answer = await this.books.balance(stream, tenantId, { kind: 'reserve', key, amount, limit: LIMIT });
    if (answer.kind === 'refused' || answer.kind === 'absent') throw new Error(`a reservation was ${answer.kind}`);
    this.#latencies.push(epochNow() - intendedAt);
    if (epochNow() <= this.#until) this.#inTime += 1;
    this.#booked.count += 1;
    this.#booked.micros += amount;
    return { key, amount, serial: answer.serial };
  }

  async #close({ key, amount, serial }: Held): Promise<void> {
    const { stream, tenantId } = this.job;
    const released = serial % 3 === 0;
    const charged = amount - (serial % 5);
    const command = released
      ? ({ kind: 'release', key, serial } as const)
      : ({ kind: 'settle', key, charged, serial } as const);
    await this.books.balance(stream, tenantId, command);
    const tally = released ? this.#released : this.#settled;
    tally.count += 1;
    tally.micros += amount;
    if (!released) this.#settled.charged += charged;
  }
}
