import { holdLeadership } from '@homing/read-model';
import { backoffDelay } from '@homing/service-kit';
import { WakeSignal } from '../publish-transitions/wake.signal.js';
import { lead, type LeaderParts } from './projector.leader.js';

export interface ElectionParts extends LeaderParts {
  /** Holds the lock; a session of its own. */
  readonly connectionString: string;
}

/** Waits for the lock, leads while it is held, waits again; until `signal` aborts. Never rejects. */
export async function runElections(parts: ElectionParts, signal: AbortSignal): Promise<void> {
  const { connectionString, logger, onStatus } = parts;
  for (let failures = 0; !signal.aborted;) {
    try {
      onStatus({ role: 'standby', projectionTrouble: undefined, publicationTrouble: undefined });
      const leadership = await holdLeadership({ connectionString, name: 'projector', signal });
      try {
        await lead(parts, AbortSignal.any([signal, leadership.lost]));
        failures = 0;
      } finally {
        await leadership.release();
      }
    } catch (error) {
      if (signal.aborted) return;
      const retryInMs = backoffDelay(failures, { baseMs: 100, capMs: 5_000 });
      failures += 1;
      logger.error({ err: error, retryInMs }, 'cannot lead');
      onStatus({ role: 'starting' });
      await new WakeSignal().next(retryInMs, signal);
    }
  }
}
