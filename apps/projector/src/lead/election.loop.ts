import { standForElection, type LeaseTiming } from '@homing/read-model';
import { lead, type LeaderParts } from './projector.leader.js';

export interface ElectionParts extends LeaderParts {
  /** Holds the lock; a session of its own. */
  readonly connectionString: string;
  readonly instance?: string;
  readonly timing?: Partial<LeaseTiming>;
}

/** Waits for the lock, leads while it is held, waits again; until `signal` aborts. Never rejects. */
export function runElections(parts: ElectionParts, signal: AbortSignal): Promise<void> {
  const { connectionString, instance, timing, logger, onStatus } = parts;
  return standForElection({
    ...{ connectionString, name: 'projector', signal, logger },
    ...(instance === undefined ? {} : { instance }),
    ...(timing === undefined ? {} : { timing }),
    // `lead` itself says from where it leads.
    onRole: (role) => {
      if (role !== 'leading') onStatus({ role, projectionTrouble: undefined, publicationTrouble: undefined });
    },
    term: (_leadership, term) => lead(parts, term),
  });
}
