import { spreadFigure, valueFigure } from '../figures/report.js';
import { decisionTimes } from '../load/decision.times.js';
import { drained, loadMessages } from '../load/message.load.js';
import { ProjectionObserver } from '../load/projection.observer.js';
import { ownCpuMs } from '../machine/own.cpu.js';
import { usageOfStack } from '../machine/stack.usage.js';
import { analyseTables } from '../stack/store.access.js';
import { byteFigures, cpuFigures, noise } from './cost.figures.js';
import { latencyFigures, messageTimes } from './latency.figures.js';
import type { Section } from './section.js';

/** One load from request to `delivered` in the read model, and what it costs. */
export const e2e: Section = async ({ stack, flags, say }) => {
  const rate = flags.rate ?? (flags.quick ? 50 : 100);
  const seconds = flags.seconds ?? (flags.quick ? 6 : 20);
  const observer = await ProjectionObserver.start(stack.env['DATABASE_URL'] ?? '');
  const { via } = flags;
  try {
    say(`e2e: warming up at ${rate}/s`);
    const warm = await loadMessages(stack, { rate, seconds: Math.max(3, seconds * 0.75), via });
    await drained(stack, observer, warm.accepted.length);
    await analyseTables(stack);
    const before = await usageOfStack(stack);
    const own = ownCpuMs();
    const since = new Date();
    say(`e2e: ${rate}/s for ${seconds} s over ${via}`);
    const load = await loadMessages(stack, { rate, seconds, via });
    await drained(stack, observer, warm.accepted.length + load.accepted.length);
    const generators = ownCpuMs() - own;
    const after = await usageOfStack(stack);
    const times = messageTimes(load, await observer.stop());
    const count = load.accepted.length;
    return {
      name: 'e2e',
      what:
        `${count} requests at ${rate}/s for ${seconds} s over ${via === 'bus' ? 'the bus (ack held)' : 'HTTP (respond-async)'}, ` +
        'templated email to one person each, everything on this machine; the simulated provider delivers 120 ms after it accepts ' +
        `and gathers events for ${flags.gatherMs} ms before it posts them. CPU and bytes from drained to drained.`,
      othersShare: noise(before, after, generators),
      figures: [
        ...latencyFigures(times, load),
        spreadFigure('sealed to decided and durable', await decisionTimes(stack.env['DATABASE_URL'] ?? '', since), {
          unit: 'ms',
          to: 'append',
          aim: { of: 'p99', bound: 25 },
        }),
        ...cpuFigures(before, after, count),
        ...byteFigures(before, after, count),
        valueFigure('CPU a message, load generator', generators / count, { unit: 'CPU-ms', to: 'cpu' }),
      ],
    };
  } finally {
    await observer.stop();
  }
};
