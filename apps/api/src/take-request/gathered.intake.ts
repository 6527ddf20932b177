import { takeInEach, type IntakeItem, type IntakeResult, type RequestIntake } from '@homing/intake';
import { Collector, type CollectorTimers } from '@homing/messaging';

/**
 * Requests that come at the same time are taken in together: one look at the vault, one statement, one commit for all of them. Each
 * is answered by itself, when it is committed.
 * @param timers how requests wait for company (2 ms at most); default this process's
 */
export function gatheredIntake(intake: RequestIntake, timers?: CollectorTimers): RequestIntake {
  const collector = new Collector<IntakeItem, IntakeResult>({
    name: 'take-in',
    flush: (items) => takeInEach(intake, items),
    maxBatch: 64,
    lingerMs: 2,
    maxConcurrent: 2,
    ...(timers && { timers }),
  });
  return { takeIn: (items) => Promise.all(items.map((item) => collector.add(item))) };
}
