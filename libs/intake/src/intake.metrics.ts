import { counter, histogram } from '@homing/service-kit/telemetry';
import type { IntakeItem, IntakeResult } from './intake.types.js';

const taken = counter({
  name: 'homing_intake_total',
  help: 'Requests by the door they came in at and what became of them there; accepted means sealed and durable.',
  labels: { via: ['bus', 'api'], outcome: ['accepted', 'repeated', 'invalid', 'different_content'] },
});

/** One micro-batch: looked up, checked, sealed, committed. */
export const intakeTimes = histogram({
  name: 'homing_intake_seconds',
  help: 'Taking in one micro-batch of requests, until all of it is sealed and committed.',
});

export function noteTaken(items: readonly IntakeItem[], results: readonly IntakeResult[]): void {
  results.forEach(({ kind }, i) => taken.inc({ via: items[i]?.via ?? 'bus', outcome: kind }));
}
