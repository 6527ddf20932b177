import type { LocalStack } from '@homing/testing/local-stack';
import { histogramBetween } from '../figures/histogram.difference.js';
import { spreadFigure, valueFigure, type Figure } from '../figures/report.js';
import { decisionTimes } from '../load/decision.times.js';
import { drained, loadMessages } from '../load/message.load.js';
import { ProjectionObserver } from '../load/projection.observer.js';
import { warmPast } from '../load/warm.past.js';
import { ownCpuMs } from '../machine/own.cpu.js';
import { usageOfStack } from '../machine/stack.usage.js';
import { analyseTables, withClient } from '../stack/store.access.js';
import { noise } from './cost.figures.js';
import type { Section } from './section.js';

const SUPPRESSED = 10_000;
/** More than a decision looks back on. */
const DELIVERED = 6_000;
/** A past is kept for a minute, then read anew beside the work. */
const LONGEST_KEPT_MS = 120_000;
/** Of what is sustained: a queue that is always full says nothing of a decision. */
const SHARE = 0.8;

/** Decisions of a tenant in use, below what the machine sustains: what computing one takes, and how long until it is durable. */
export const decision: Section = async ({ stack, flags, say }) => {
  const rate = SHARE * (flags.rate ?? 60);
  const seconds = flags.seconds ?? (flags.quick ? 6 : 30);
  const { via } = flags;
  const url = stack.env['DATABASE_URL'] ?? '';
  say(`decision: writing ${SUPPRESSED} suppressions and ${DELIVERED} delivered messages`);
  const forget = await warmPast(stack, { suppressed: SUPPRESSED, delivered: DELIVERED });
  const observer = await ProjectionObserver.start(url);
  try {
    say(`decision: warming up at ${rate}/s`);
    const warm = await loadMessages(stack, { rate, seconds: Math.max(4, seconds / 2), via });
    let asked = warm.accepted.length;
    await drained(stack, observer, asked);
    await analyseTables(stack);
    say('decision: until decisions rest on that past (a tenant’s is kept for a minute)');
    for (const end = performance.now() + LONGEST_KEPT_MS; performance.now() < end;) {
      const from = new Date();
      asked += (await loadMessages(stack, { rate: 2, seconds: 3, via })).accepted.length;
      await drained(stack, observer, asked);
      if ((await seenPast(url, from)) > 0) break;
    }
    const [before, own, metrics] = [await usageOfStack(stack), ownCpuMs(), await metricsOf(stack)];
    const since = new Date();
    say(`decision: ${rate}/s for ${seconds} s over ${via}`);
    const load = await loadMessages(stack, { rate, seconds, via });
    await drained(stack, observer, asked + load.accepted.length);
    const after = await usageOfStack(stack);
    const spent = ownCpuMs() - own;
    const computed = computeFigures(metrics, await metricsOf(stack));
    const times = await decisionTimes(url, since);
    return {
      name: 'decision',
      what:
        `${load.accepted.length} requests at ${rate}/s (${SHARE * 100} % of a rate given by \`--rate\`) for ${seconds} s over ${via}, of a tenant with ` +
        `${SUPPRESSED} suppressed addresses and ${DELIVERED} messages sent, a third of them opened; a decision saw ${await seenPast(url, since)} of them. ` +
        'Computing as the orchestrator counts it, without what it reads or writes; its buckets tell upper bounds.',
      othersShare: noise(before, after, spent),
      figures: [
        spreadFigure('sealed to decided and durable', times, {
          ...{ unit: 'ms', to: 'append', aim: { of: 'p99', bound: 25 } },
        }),
        spreadFigure('generator late by', load.lateness, { unit: 'ms' }),
        ...computed,
      ],
    };
  } finally {
    await observer.stop();
    await forget();
  }
};

/** Messages of the past that the decisions since rested on, as they recorded it; the least of them. */
const seenPast = (url: string, since: Date): Promise<number> =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{ seen: number }>(
      `select coalesce(min(coalesce((event_data->'inputs'->'e'->'t'->'email'->>0)::int, 0)), 0) as seen
        from read_model.outreach_events where transition = 'decided' and recorded_at >= $1`,
      [since],
    );
    return rows[0]?.seen ?? 0;
  });

async function metricsOf(stack: LocalStack): Promise<string> {
  const answer = await fetch(new URL('/metrics', stack.services()['orchestrator']?.url ?? ''));
  if (answer.status !== 200) throw new Error(`the orchestrator's metrics answered ${answer.status}`);
  return answer.text();
}

/** A decision plans, has its plan booked, and decides on what was booked: two parts with the books between them. */
function computeFigures(before: string, after: string): Figure[] {
  const name = 'homing_decision_compute_seconds';
  const part = (of: string) => histogramBetween(before, after, { name, labels: [`part="${of}"`] });
  const [plan, decide] = [part('plan'), part('decide')];
  const both = (q: number): number => (plan.atMost(q) + decide.atMost(q)) * 1_000;
  return [
    valueFigure('compute, p50 of both parts, at most', both(0.5), {
      ...{ unit: 'ms', to: 'cpu', aim: { of: 'value', bound: 2 } },
    }),
    valueFigure('compute, p99 of both parts, at most', both(0.99), { unit: 'ms', to: 'cpu' }),
    valueFigure('compute, mean', ((plan.sum + decide.sum) * 1_000) / Math.max(1, decide.count), {
      ...{ unit: 'ms', to: 'cpu' },
    }),
  ];
}
