import { BUS_STREAMS, deadLetterSubject } from '@homing/contracts';
import type { Bus } from '@homing/messaging';
import { retryWithBackoff } from '@homing/service-kit';

const subject = deadLetterSubject('orchestrator-requests');

/**
 * Requests that could not be read and lie among the dead letters, over all publishers; 0 while there are none. A bus that is
 * away for a moment is asked again.
 */
export function deadLetterCount(bus: Pick<Bus, 'api'>): Promise<number> {
  const count = async () => {
    const { manager } = await bus.api();
    const { state } = await manager.streams.info(BUS_STREAMS.deadLetters, { subjects_filter: subject });
    return state.subjects?.[subject] ?? 0;
  };
  return retryWithBackoff(count, { capMs: 2_000, maxAttempts: 20 });
}
