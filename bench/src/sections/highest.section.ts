import { spreadFigure, valueFigure } from '../figures/report.js';
import { searchRate } from '../figures/rate.search.js';
import { steadiness } from '../figures/steadiness.policy.js';
import { drained, loadMessages } from '../load/message.load.js';
import { ProjectionObserver } from '../load/projection.observer.js';
import { ownCpuMs } from '../machine/own.cpu.js';
import { usageOfStack } from '../machine/stack.usage.js';
import { cpuFigures, noise } from './cost.figures.js';
import { messageTimes, type MessageTimes } from './latency.figures.js';
import type { Section } from './section.js';

/** The highest rate of requests that is delivered and projected without a growing queue. */
export const highest: Section = async ({ stack, flags, say }) => {
  const seconds = flags.seconds ?? (flags.quick ? 6 : 20);
  let best: { times: MessageTimes; cost: ReturnType<typeof cpuFigures> } | undefined;
  const before = await usageOfStack(stack);
  const own = ownCpuMs();
  const holds = async (rate: number): Promise<boolean> => {
    const from = await usageOfStack(stack);
    const observer = await ProjectionObserver.start(stack.env['DATABASE_URL'] ?? '');
    const load = await loadMessages(stack, { rate, seconds, via: flags.via });
    await drained(stack, observer, load.accepted.length);
    const times = messageTimes(load, await observer.stop());
    const { steady, why } = steadiness(load.planned, times.delivered);
    say(`highest: ${Math.round(rate)}/s ${steady ? 'holds' : `does not hold (${why})`}`);
    if (steady) best = { times, cost: cpuFigures(from, await usageOfStack(stack), load.accepted.length).slice(0, 2) };
    return steady;
  };
  say(`highest: searching, ${seconds} s each`);
  const { held, failed } = await searchRate({ from: flags.rate ?? 80, within: flags.quick ? 0.3 : 0.1, holds });
  const after = await usageOfStack(stack);
  return {
    name: 'highest',
    what:
      `The highest rate over ${flags.via}, ${seconds} s each, at which every message is delivered and projected, 99 of 100 within 2 s, ` +
      `and the queue does not grow; the lowest that did not hold was ${Math.round(failed)}/s. Generators run on the same machine.`,
    othersShare: noise(before, after, ownCpuMs() - own),
    figures: [
      valueFigure('highest sustained rate', held, { unit: '/s', to: 'append', aim: { of: 'value', bound: 150 } }),
      ...(best
        ? [
            spreadFigure('arrival to delivered and projected, there', best.times.delivered, {
              unit: 'ms',
              to: 'append',
            }),
            spreadFigure('projection lag, there', best.times.lag, { unit: 'ms', aim: { of: 'p99', bound: 1_000 } }),
            ...best.cost,
          ]
        : []),
    ],
  };
};
