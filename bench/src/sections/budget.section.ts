import { randomUUID } from 'node:crypto';
import { budgetStream } from '@homing/contracts';
import type { LocalStack } from '@homing/testing/local-stack';
import type { BudgetJob, BudgetResult } from '../books/budget.job.js';
import { runOwners } from '../books/budget.owners.js';
import { proveBudget } from '../books/budget.proof.js';
import { spreadFigure, valueFigure, type Figure } from '../figures/report.js';
import { ownCpuMs } from '../machine/own.cpu.js';
import { usageOfStack, type StackUsage } from '../machine/stack.usage.js';
import { projected } from '../stack/projection.drain.js';
import { noise } from './cost.figures.js';
import type { Section } from './section.js';

/** What one orchestrator decides at once: two micro-batches of 128. */
const CALLERS = 256;
/** Of each caller: about 2,000 messages of one owner stand between their decision and their settlement. */
const KEEPS_OPEN = 8;
const AIM = 3_000;
const SERVED = ['event-store-dev', 'postgres-events', 'projector'];

interface Phase {
  readonly name: string;
  readonly owners: number;
  readonly keepsOpen?: number;
  readonly rate?: number;
}

/** One campaign's budget, reserved from as fast as its book takes it: the orchestrator's books over the stack's event store. */
export const budget: Section = async ({ stack, flags, say }) => {
  const seconds = flags.seconds ?? (flags.quick ? 2 : 8);
  const rate = flags.rate ?? (flags.quick ? 500 : AIM / 2);
  const phases: readonly Phase[] = [
    { name: 'one owner, none closed', owners: 1 },
    { name: 'one owner, settled and released meanwhile', owners: 1, keepsOpen: KEEPS_OPEN },
    { name: 'two owners, settled and released meanwhile', owners: 2, keepsOpen: KEEPS_OPEN },
    { name: `one owner, ${rate}/s offered`, owners: 1, keepsOpen: KEEPS_OPEN, rate },
  ];
  await play(stack, { name: 'warm-up', owners: 1 }, Math.min(2, seconds));
  await projected(stack);
  const before = await usageOfStack(stack);
  const own = ownCpuMs();
  const figures: Figure[] = [];
  for (const phase of phases) {
    say(`budget: ${phase.name}, ${seconds} s`);
    const from = await usageOfStack(stack);
    const results = await play(stack, phase, seconds);
    await projected(stack);
    figures.push(...figuresOf(phase, results, { seconds, from, to: await usageOfStack(stack) }));
  }
  const after = await usageOfStack(stack);
  return {
    name: 'budget',
    what:
      `One campaign's budget, its book kept as the orchestrator keeps it (mailbox, group commit, exact revision), each owner a process of its own, ` +
      `${seconds} s each on a budget of its own: ${CALLERS} callers an owner, who each ask again when answered; where reservations are closed ` +
      `meanwhile each caller settles (two of three) or releases its oldest beyond ${KEEPS_OPEN}, and only reservations are counted. ` +
      'Each stream, read anew, held exactly what its owners were answered.',
    othersShare: noise(before, after, ownCpuMs() - own),
    figures,
  };
};

/** @throws Error when the stream does not hold what was answered */
async function play(stack: LocalStack, { owners, keepsOpen, rate }: Phase, seconds: number): Promise<BudgetResult[]> {
  const { EVENTSTORE_URL: url = '', TENANT_ID: tenantId = '' } = stack.env;
  const stream = budgetStream(randomUUID());
  const job: Omit<BudgetJob, 'owner'> = {
    ...{ url, stream, tenantId, callers: CALLERS, seconds },
    ...(keepsOpen === undefined ? {} : { keepsOpen }),
    ...(rate === undefined ? {} : { rate }),
  };
  const results = await runOwners(owners, job);
  await proveBudget(url, stream, results);
  return results;
}

interface Measured {
  readonly seconds: number;
  readonly from: StackUsage;
  readonly to: StackUsage;
}

function figuresOf({ name, rate }: Phase, results: readonly BudgetResult[], { seconds, from, to }: Measured): Figure[] {
  const sum = (of: (result: BudgetResult) => number): number => results.reduce((all, result) => all + of(result), 0);
  const booked = sum((result) => result.booked.count);
  const items = booked + sum(({ settled, released }) => settled.count + released.count);
  const [appends, conflicts] = [sum((result) => result.appends), sum((result) => result.conflicts)];
  const spent = (process: string): number => (to.cpuMs[process] ?? 0) - (from.cpuMs[process] ?? 0);
  const latency = spreadFigure(
    `a reservation; ${name}`,
    results.flatMap(({ latencies }) => latencies),
    { unit: 'ms', to: 'append' },
  );
  if (rate !== undefined) return [latency];
  const ratesOf: Figure[] = [
    valueFigure(`reservations; ${name}`, sum(({ inTime }) => inTime) / seconds, {
      ...{ unit: '/s', to: 'append', aim: { of: 'value', bound: AIM } },
    }),
    valueFigure(`items an append; ${name}`, items / appends, { unit: 'items' }),
    valueFigure(`appends in conflict; ${name}`, (100 * conflicts) / (appends + conflicts), { unit: '%' }),
    valueFigure(`stream reads; ${name}`, sum(({ reads }) => reads) / seconds, { unit: '/s' }),
  ];
  const cpu = (process: string, ms: number): Figure =>
    valueFigure(`CPU of 1,000 items, ${process}; ${name}`, (1_000 * ms) / items, { unit: 'CPU-ms', to: 'cpu' });
  const owned = sum(({ cpuMs }) => cpuMs);
  return [latency, ...ratesOf, cpu('owners', owned), ...SERVED.map((process) => cpu(process, spent(process)))];
}
