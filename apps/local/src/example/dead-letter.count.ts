import { BUS_STREAMS, deadLetterSubject } from '@homing/contracts';
import type { Bus } from '@homing/messaging';

const subject = deadLetterSubject('orchestrator-requests');

/** Requests that could not be read and lie among the dead letters, over all publishers; 0 while there are none. */
export async function deadLetterCount(bus: Pick<Bus, 'api'>): Promise<number> {
  const { manager } = await bus.api();
  const { state } = await manager.streams.info(BUS_STREAMS.deadLetters, { subjects_filter: subject });
  return state.subjects?.[subject] ?? 0;
}
