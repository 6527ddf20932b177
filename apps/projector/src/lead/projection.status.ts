import type { CheckResult } from '@homing/service-kit';

/** What this process is doing, for readiness and logs. */
export interface ProjectionStatus {
  readonly role: 'starting' | 'standby' | 'leading';
  readonly position: bigint;
  readonly caughtUp: boolean;
  /** When the last projected event was recorded, in milliseconds of the epoch. */
  readonly recordedAt?: number;
  /** When everything projected was last known to be on the bus too, in milliseconds of the epoch. */
  readonly completeAt?: number;
  /** Code of what stops the projection, of what stops the publication. */
  readonly projectionTrouble?: string;
  readonly publicationTrouble?: string;
}

export const STARTING: ProjectionStatus = { role: 'starting', position: 0n, caughtUp: false };

/** A standby is ready: it takes over when the leader goes. A leader is ready when nothing older waits and nothing stops it. */
export function projectionCheck(status: ProjectionStatus, now: number): CheckResult {
  if (status.role === 'standby') return { status: 'up', note: 'standby' };
  if (status.role === 'starting') return { status: 'down', reason: 'starting' };
  if (status.projectionTrouble)
    return { status: 'down', reason: `stopped at ${status.position}: ${status.projectionTrouble}` };
  if (status.caughtUp) return { status: 'up' };
  const behind = status.recordedAt === undefined ? '' : `, ${Math.max(0, now - status.recordedAt)} ms behind`;
  return { status: 'down', reason: `catching up at ${status.position}${behind}` };
}

export function publicationCheck({ role, publicationTrouble }: ProjectionStatus): CheckResult {
  return role === 'leading' && publicationTrouble ? { status: 'down', reason: publicationTrouble } : { status: 'up' };
}
