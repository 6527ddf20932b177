import { standForElection, type LeaseTiming } from '@homing/read-model';
import { STARTING } from './projection.status.js';
import { lead, type LeaderParts } from './projector.leader.js';

export interface ElectionParts extends LeaderParts {
  /** Holds the lock; a session of its own. */
  readonly connectionString: string;
  readonly timing?: Partial<LeaseTiming>;
}

const NOTHING_KNOWN = {
  ...{ projection: undefined, publication: undefined, mark: undefined },
  ...{ projectionTrouble: undefined, publicationTrouble: undefined },
};

/** Waits for the lock, leads while it is held, waits again; until `signal` aborts. Never rejects. */
export function runElections(parts: ElectionParts, signal: AbortSignal): Promise<void> {
  const { connectionString, instance, timing, logger, onStatus } = parts;
  return standForElection({
    ...{ connectionString, name: 'projector', instance, signal, logger },
    ...(timing === undefined ? {} : { timing }),
    // `lead` itself says from where it leads.
    onRole: (role) => {
      if (role !== 'leading') onStatus({ ...STARTING, role, ...NOTHING_KNOWN });
    },
    term: (_leadership, term) => lead(parts, term),
  });
}
