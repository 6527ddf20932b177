import { spreadFigure, valueFigure, type Figure } from '../figures/report.js';
import type { LoadResult } from '../load/load.job.js';
import { drained, loadMessages } from '../load/message.load.js';
import { epochNow } from '../load/open.loop.js';
import { ProjectionObserver } from '../load/projection.observer.js';
import { usageOfStack } from '../machine/stack.usage.js';
import { ownCpuMs } from '../machine/own.cpu.js';
import { noise } from './cost.figures.js';
import type { Section } from './section.js';

/** `POST /outreach/send` at a rate the rest of the system cannot follow: the backlog waits in the bus and is worked off afterwards. */
export const accept: Section = async ({ stack, flags, say }) => {
  const rate = flags.rate ?? (flags.quick ? 200 : 500);
  const seconds = flags.seconds ?? (flags.quick ? 4 : 8);
  const observer = await ProjectionObserver.start(stack.env['DATABASE_URL'] ?? '');
  const wish = { rate, seconds, via: 'http' } as const;
  try {
    const before = await usageOfStack(stack);
    const own = ownCpuMs();
    say('accept: warming up');
    const warm = await loadMessages(stack, { ...wish, rate: rate / 4, seconds: 3 });
    await drained(stack, observer, warm.accepted.length);
    say(`accept: ${rate}/s for ${seconds} s, nobody deciding`);
    const alone = await withoutDeciding(stack.pid('orchestrator'), () => loadMessages(stack, wish));
    const begun = epochNow();
    await drained(stack, observer, warm.accepted.length + alone.accepted.length);
    const took = epochNow() - begun;
    say(`accept: ${rate}/s for ${seconds} s, everything at work`);
    const together = await loadMessages(stack, wish);
    await drained(stack, observer, warm.accepted.length + alone.accepted.length + together.accepted.length);
    const after = await usageOfStack(stack);
    return {
      name: 'accept',
      what:
        `POST /api/v1/outreach/send (respond-async: sealed, committed, held by JetStream) at ${rate}/s for ${seconds} s, first with the ` +
        'orchestrator stopped, so that the way in has the machine to itself, then with everything at work behind it.',
      othersShare: noise(before, after, ownCpuMs() - own),
      figures: [
        ...figuresOf('alone', alone),
        ...figuresOf('everything at work', together),
        valueFigure('backlog worked off, to delivered', (1_000 * alone.accepted.length) / took, {
          unit: '/s',
          to: 'append',
        }),
      ],
    };
  } finally {
    await observer.stop();
  }
};

function figuresOf(name: string, load: LoadResult): Figure[] {
  const { planned, latencies, lateness } = load;
  const refused = planned - latencies.length;
  return [
    spreadFigure(`accept, ${name}`, latencies, { unit: 'ms', to: 'insert', aim: { of: 'p99', bound: 50 } }),
    spreadFigure(`generator late by, ${name}`, lateness, { unit: 'ms' }),
    valueFigure(`not accepted, ${name}`, (100 * refused) / planned, { unit: '%' }),
  ];
}

/** Requests wait in the bus meanwhile. */
async function withoutDeciding<T>(orchestrator: number, work: () => Promise<T>): Promise<T> {
  process.kill(orchestrator, 'SIGSTOP');
  try {
    return await work();
  } finally {
    process.kill(orchestrator, 'SIGCONT');
  }
}
