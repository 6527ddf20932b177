import type { Attempt } from '../outreach/outreach.state.js';

/** Wait before the second re-send under the same key; doubles with each. */
const RESEND_AGAIN_SECONDS = 15;

/** When an attempt was last in our hands, in milliseconds: nobody calls the provider for it afterwards. */
const lastInHands = ({ unknownSince, leaseUntil, resend }: Attempt): number =>
  Math.max(...[unknownSince, leaseUntil, resend?.leaseUntil].map((at) => (at === undefined ? 0 : Date.parse(at))));

const iso = (ms: number): string => new Date(ms).toISOString();

/**
 * When the gateway is to find out what became of an attempt of unknown outcome; undefined where it never can. A key tells at
 * once. Look-ups are few a minute, so a provider is asked when its word counts either way.
 */
export function firstLookAt(attempt: Attempt): string | undefined {
  const { recourse, resend } = attempt;
  if (recourse?.resendWithinSeconds !== undefined)
    return iso(lastInHands(attempt) + (resend ? 2 ** (resend.count - 1) * RESEND_AGAIN_SECONDS * 1000 : 0));
  return absenceCountsFrom(attempt);
}

/** Whether anything can still be found out about it. */
export function canBeFoundOut(attempt: Attempt, now: string): boolean {
  if (attempt.recourse?.lookUpAfterSeconds !== undefined) return true;
  const keyUntil = resendableUntil(attempt);
  return keyUntil !== undefined && Date.parse(now) < Date.parse(keyUntil);
}

/** From when on it counts that the provider has nothing; undefined where it cannot be asked. */
export function absenceCountsFrom(attempt: Attempt): string | undefined {
  const seconds = attempt.recourse?.lookUpAfterSeconds;
  return seconds === undefined ? undefined : iso(lastInHands(attempt) + seconds * 1000);
}

/**
 * Until when a re-send must have ended; undefined where the provider honours no key. It may have seen the key as early as
 * the claim.
 */
export function resendableUntil({ recourse, startedAt }: Attempt): string | undefined {
  const seconds = recourse?.resendWithinSeconds;
  return seconds === undefined ? undefined : iso(Date.parse(startedAt) + seconds * 1000);
}
