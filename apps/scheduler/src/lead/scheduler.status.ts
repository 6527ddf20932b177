import type { Role } from '@homing/read-model';
import type { CheckResult } from '@homing/service-kit';

/** Failed rounds in a row from which a leader is not ready. */
const tooMany = 3;

/** A standby is ready, and says that it is one: it takes over when the leader goes. */
export function leadershipCheck(role: Role, failures: readonly number[]): CheckResult {
  if (role === 'starting') return { status: 'down', reason: 'cannot ask who leads' };
  if (role === 'standby') return { status: 'up', note: 'standby' };
  if (failures.some((count) => count >= tooMany)) return { status: 'down', reason: 'rounds fail' };
  return { status: 'up', note: 'leading' };
}
