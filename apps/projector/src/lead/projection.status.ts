import type { CheckResult } from '@homing/service-kit';

/** How far a reader is behind, as it was seen at the last look. */
export interface Lag {
  /** End of what it reads. */
  readonly head: bigint;
  /** What is in is at most so many seconds old; undefined when it never was complete. */
  readonly secondsBehind: number | undefined;
  readonly positionsBehind: bigint;
  /** Milliseconds for which there has been more to read and it did not move. */
  readonly stalledForMs: number;
  readonly stalled: boolean;
  /** When it was looked, in milliseconds of the epoch. */
  readonly lookedAt: number;
}

/** What this process is doing, for readiness and logs. */
export interface ProjectionStatus {
  readonly role: 'starting' | 'standby' | 'leading';
  readonly position: bigint;
  /** Nothing older waited behind the last batch. */
  readonly caughtUp: boolean;
  /** True once it was caught up in this term. */
  readonly live: boolean;
  readonly projection?: Lag | undefined;
  readonly publication?: Lag | undefined;
  /** Code of what stops the projection, of what stops the publication. */
  readonly projectionTrouble?: string | undefined;
  readonly publicationTrouble?: string | undefined;
  /** Whether the store is the one it was, and the mark of it kept. */
  readonly mark?: CheckResult | undefined;
}

export const STARTING: ProjectionStatus = { role: 'starting', position: 0n, caughtUp: false, live: false };

/** A leader that was live stays ready while it is behind by less than this. */
const READY_WITHIN_S = 10;

/** A leader that could not look for so long does not know how far it is behind. */
const BLIND_AFTER_MS = 20_000;

/** Codes that an operator should not have to look up. */
const EXPLAINED: Readonly<Record<string, string>> = {
  EVENT_STORE_BEHIND: 'EVENT_STORE_BEHIND, event store is behind the read model (restored?)',
};

/**
 * A standby is ready: it takes over when the leader goes. A leader is ready when nothing stops it, once it has caught up, and as
 * long as it is no further behind than a burst of work explains.
 */
export function projectionCheck(status: ProjectionStatus, now: number): CheckResult {
  const { role, position, projection: lag, projectionTrouble: trouble } = status;
  if (role === 'standby') return { status: 'up', note: 'standby' };
  if (role === 'starting') return { status: 'down', reason: 'starting' };
  if (trouble) return { status: 'down', reason: `stopped at ${position}: ${EXPLAINED[trouble] ?? trouble}` };
  if (lag?.stalled) return { status: 'down', reason: `stalled at ${position}: ${told(lag)}` };
  if (lag && now - lag.lookedAt > BLIND_AFTER_MS)
    return { status: 'down', reason: `leading at ${position}, cannot see the end of the store or tell of it` };
  const far = lag?.secondsBehind !== undefined && lag.secondsBehind > READY_WITHIN_S;
  if (status.caughtUp || (status.live && !far)) return { status: 'up', note: `leading at ${position}` };
  return { status: 'down', reason: `catching up at ${position}${lag ? `, ${told(lag)}` : ''}` };
}

const told = ({ head, secondsBehind, positionsBehind }: Lag): string =>
  `${secondsBehind === undefined ? '' : `${Math.round(secondsBehind)} s and `}${positionsBehind} positions behind ${head}`;

export function publicationCheck({ role, publicationTrouble, publication }: ProjectionStatus): CheckResult {
  if (role !== 'leading') return { status: 'up' };
  if (publicationTrouble) return { status: 'down', reason: publicationTrouble };
  return publication?.stalled ? { status: 'down', reason: `stalled: ${told(publication)}` } : { status: 'up' };
}
