import { Random } from './engine/random.source.js';
import type { Trace } from './engine/trace.log.js';
import { NeverQuietError } from './engine/virtual.time.js';
import { checkAtRest } from './invariants/at.rest.js';
import type { Violation } from './invariants/invariant.watch.js';
import { watchBalance, watchBookings } from './invariants/books.watch.js';
import { watchGate } from './invariants/gate.watch.js';
import { LawfulHistory } from './invariants/lawful.history.js';
import { watchProvider } from './invariants/provider.watch.js';
import { unleash } from './services/chaos.plan.js';
import { WebhookSender } from './services/ingestion.service.js';
import { Roster } from './services/process.roster.js';
import { LedgerBooks } from './world/ledger.books.js';
import { Operators } from './workload/operator.acts.js';
import { Callers } from './workload/front.doors.js';
import { planWishes } from './workload/request.plan.js';
import { World, type Plant } from './world/sim.world.js';

export interface SeedResult {
  readonly seed: string;
  readonly violations: readonly Violation[];
  readonly trace: Trace;
  readonly steps: number;
  readonly stats: Readonly<Record<string, number>>;
}

/** Far more than any run of a few requests needs; beyond it something goes round in circles. */
const MOST_STEPS = 50_000;
const DAY = 86_400_000;

/** One whole history from one seed: trouble for a while, then everything is well again, and then it must come to rest. */
export async function runSeed(seed: string, plant?: Plant): Promise<SeedResult> {
  const { stackTraceLimit } = Error;
  // Simulated weather throws by the thousand, and nobody reads where from.
  Error.stackTraceLimit = 0;
  try {
    return await runHistory(seed, plant);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

async function runHistory(seed: string, plant?: Plant): Promise<SeedResult> {
  const spanMs = new Random(`${seed}/span`).pick([20_000, 120_000, 1_800_000, DAY, 3 * DAY]);
  const world = new World({ seed, plant, spanMs });
  const history = new LawfulHistory(world);
  const roster = new Roster(world);
  const webhooks = new WebhookSender(world, roster.ears);
  const callers = new Callers(world, roster.doors);
  const wishes = planWishes(world);
  const books: LedgerBooks = new LedgerBooks(world.store, (stream, change) =>
    watchBalance(world, books, stream, change),
  );
  const operators = new Operators({ world, wishes, history });
  watchProvider({ world, history, wishes, callers });
  watchBookings({ world, history, books });
  watchGate(world, history);
  operators.begin();
  callers.ask(wishes);
  unleash(world, roster, wishes);
  try {
    await world.time.run(world.start + spanMs, MOST_STEPS);
    world.trace.say('world', 'all is well again');
    world.faults.heal();
    roster.reviveAll();
    operators.end();
    await world.time.run(Infinity, MOST_STEPS);
  } catch (error) {
    if (!(error instanceof NeverQuietError)) throw error;
    world.watch.broken('comes-to-rest', `${error.message}; the timetable holds: ${whatIsLeft(world)}`);
  }
  checkAtRest({ world, wishes, callers, webhooks, history, books });
  const { provider, vault, watch, trace, time, bus } = world;
  return {
    ...{ seed, trace, violations: watch.violations, steps: time.steps },
    stats: {
      wishes: wishes.length,
      sealed: vault.sealed.size,
      sent: provider.ledger.length,
      facts: provider.told.length,
      letters: bus.deadLetters.length,
    },
  };
}

const whatIsLeft = ({ rows, trace }: World): string =>
  [...rows.tables.timetable.values()]
    .map(
      ({ kind, deliveryId, attempt, wakes }) =>
        `${kind} of ${trace.short('d', deliveryId)}:${attempt}, woken ${wakes} times`,
    )
    .join('; ');
