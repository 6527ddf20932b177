import { setTimeout as pause } from 'node:timers/promises';
import { backoffDelay, type Logger } from '@homing/service-kit';
import { holdLeadership, type Leadership, type LeadershipOptions } from './leadership.lock.js';

export type Role = 'starting' | 'standby' | 'leading';

export interface Candidacy extends Omit<LeadershipOptions, 'onWait'> {
  readonly logger: Logger;
  /** Hears of every change: `standby` while another leads, `starting` while it is not known who does. */
  readonly onRole: (role: Role) => void;
  /**
   * One term of office. Ends it (resolves, after what is in hand) soon after `signal` aborts: the lease is over or the process
   * stops. It may end by itself; then the lock is let go and asked for again.
   */
  readonly term: (leadership: Leadership, signal: AbortSignal) => Promise<void>;
}

/** Waits for the lock, leads while the lease is held, waits again; until `signal` aborts. Never rejects. */
export async function standForElection(candidacy: Candidacy): Promise<void> {
  const { name, logger, signal, onRole, term } = candidacy;
  for (let failures = 0; !signal.aborted;) {
    try {
      const leadership = await holdLeadership({ ...candidacy, onWait: () => onRole('standby') });
      try {
        logger.info({ role: name }, 'leads from now on');
        onRole('leading');
        await term(leadership, AbortSignal.any([signal, leadership.lost]));
        failures = 0;
      } finally {
        onRole('starting');
        await leadership.release();
        logger.info({ role: name, stopping: signal.aborted }, 'leads no longer');
      }
    } catch (error) {
      if (signal.aborted) return;
      const retryInMs = backoffDelay(failures, { baseMs: 100, capMs: 5_000 });
      failures += 1;
      logger.error({ err: error, role: name, retryInMs }, 'cannot lead');
      onRole('starting');
      await pause(retryInMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
