import type { DecisionAnswer } from '@homing/contracts';
import { counter, histogram } from '@homing/service-kit/telemetry';

const decisions = counter({
  name: 'homing_decisions_total',
  help: 'Decisions this process committed, by what was answered and, where refused, the step and reason.',
  labels: { status: ['scheduled', 'refused', 'duplicate', 'accepted'], step: 'open', reason: 'open' },
});

const computing = histogram({
  name: 'homing_decision_compute_seconds',
  help: 'Computing one decision, without anything it reads or writes: planning what to book, and deciding on what was booked.',
  labels: { part: ['plan', 'decide'] },
  buckets: [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.025],
});

const untilDurable = histogram({
  name: 'homing_decision_durable_seconds',
  help: 'One decision, from the arrival of its request in the process until it stands in the event store.',
});

export const dispatched = counter({
  name: 'homing_dispatches_total',
  help: 'Dispatches put on the bus right after their decision.',
  labels: { channel: 'open' },
});

/** One decision that stands now. */
export function noteDecision({ status, refusal }: DecisionAnswer, arrivedAt: number | undefined): void {
  decisions.inc({ status, step: refusal?.step ?? 'none', reason: refusal?.reason ?? 'none' });
  if (arrivedAt !== undefined) untilDurable.observe((performance.now() - arrivedAt) / 1_000);
}

export function timed<T>(part: 'plan' | 'decide', compute: () => T): T {
  const done = computing.timer();
  const result = compute();
  done({ part });
  return result;
}
