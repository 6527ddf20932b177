import { setTimeout as pause } from 'node:timers/promises';
import { valueFigure } from '../figures/report.js';
import { othersShare } from '../machine/machine.watch.js';
import { memoryOf, STORES, usageOfStack } from '../machine/stack.usage.js';
import { cpuSpent } from './cost.figures.js';
import type { Section } from './section.js';

/** Processes give back what their boot took once they have been idle for a few seconds. */
const SETTLING_MS = 20_000;

/** What the stack costs while nobody asks for anything. */
export const idle: Section = async ({ stack, flags, say }) => {
  const seconds = flags.seconds ?? (flags.quick ? 5 : 20);
  say(`idle: ${seconds} s of nothing`);
  await pause(SETTLING_MS);
  const before = await usageOfStack(stack);
  await pause(seconds * 1_000);
  const after = await usageOfStack(stack);
  const elapsed = after.at - before.at;
  const memory = memoryOf(stack);
  const node = Object.keys(memory).filter((name) => !STORES.has(name));
  const percent = (ms: number): number => (100 * ms) / elapsed;
  const spent = (name: string): number => (after.cpuMs[name] ?? 0) - (before.cpuMs[name] ?? 0);
  const total = node.reduce((sum, name) => sum + (memory[name] ?? 0), 0);
  return {
    name: 'idle',
    what: `Memory (PSS) and CPU (of one processor) over ${seconds} s after the start, nobody asking for anything.`,
    othersShare: othersShare(before.machine, after.machine, cpuSpent(before, after).all),
    figures: [
      valueFigure('PSS, all Node processes', total, { unit: 'bytes', aim: { of: 'value', bound: 600 * 2 ** 20 } }),
      valueFigure('CPU, all Node processes', percent(cpuSpent(before, after).node), {
        unit: '%',
        aim: { of: 'value', bound: 5 },
      }),
      ...Object.entries(memory).map(([name, bytes]) => valueFigure(`PSS, ${name}`, bytes, { unit: 'bytes' })),
      ...Object.keys(memory).map((name) => valueFigure(`CPU, ${name}`, percent(spent(name)), { unit: '%' })),
    ],
  };
};
