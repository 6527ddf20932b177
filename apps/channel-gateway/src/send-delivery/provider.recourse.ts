import type { Capabilities } from '@homing/channels';
import type { Recourse } from '@homing/contracts';

/** How an attempt's outcome could be found out later, as far as its provider can; absent where it cannot at all. */
export function recourseOf({ lookUp, idempotencyKey }: Capabilities): Recourse | undefined {
  if (!lookUp && !idempotencyKey) return undefined;
  return {
    ...(lookUp ? { lookUpAfterSeconds: lookUp.afterSeconds } : {}),
    ...(idempotencyKey ? { resendWithinSeconds: idempotencyKey.validSeconds } : {}),
  };
}
