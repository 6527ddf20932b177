import type { RetryPolicy } from '@homing/contracts';
import { attemptState } from './attempt-state.policy.js';
import type { Delivery } from '../outreach/outreach.state.js';

/** Default wait where a throttling provider names none, in seconds. */
export const DEFAULT_THROTTLE_SECONDS = 60;
/** Wait before a provider that refused our key is tried again, in seconds. */
export const AUTH_RETRY_SECONDS = 300;

/** Seconds before retry n (from 0): the channel's own list, else 2^n x 60. */
export const retryDelaySeconds = (policy: RetryPolicy, n: number): number => policy.delaysSeconds[n] ?? 2 ** n * 60;

/** How many of the delivery's attempts used up a try. Throttling and a refused key use up none. */
export const triesUsed = (delivery: Delivery): number =>
  delivery.attempts.filter((attempt) => {
    if (attemptState(attempt) !== 'failed' || attempt.answer?.kind !== 'rejected') return true;
    return attempt.answer.class !== 'throttled' && attempt.answer.class !== 'auth';
  }).length;
