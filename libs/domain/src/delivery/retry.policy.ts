import type { RetryPolicy } from '@homing/contracts';
import { attemptState } from './attempt-state.policy.js';
import type { Attempt, Delivery } from '../outreach/outreach.state.js';

/** Default wait where a throttling provider names none, in seconds. */
export const DEFAULT_THROTTLE_SECONDS = 60;
/** Wait before a provider that refused our key is tried again, in seconds. */
export const AUTH_RETRY_SECONDS = 300;

/** Seconds before retry n (from 0): the channel's own list, else 2^n x 60. */
export const retryDelaySeconds = (policy: RetryPolicy, n: number): number => policy.delaysSeconds[n] ?? 2 ** n * 60;

/** Never called the provider: says nothing about the message, and uses up no try. */
const NEVER_CALLED: ReadonlySet<string> = new Set([
  'lease_passed',
  'aborted_before_call',
  'campaign_paused',
  'gate_unreadable',
  'rate_reached',
]);
/** Wait after a call that was never made, in seconds: our own stores were slow, which says nothing about the provider. */
export const NEVER_CALLED_RETRY_SECONDS = 1;
export const wasNeverCalled = (code: string): boolean => NEVER_CALLED.has(code);
/** Longest floor under a free retry, in seconds. */
const FREE_RETRY_CAP_SECONDS = 3600;

const isFree = (attempt: Attempt): boolean => {
  const { answer } = attempt;
  if (attemptState(attempt) !== 'failed' || answer?.kind !== 'rejected') return false;
  return answer.class === 'throttled' || answer.class === 'auth' || wasNeverCalled(answer.code);
};

/** How many of the delivery's attempts used up a try. Throttling, a refused key and a call never made use up none. */
export const triesUsed = (delivery: Delivery): number => delivery.attempts.filter((attempt) => !isFree(attempt)).length;

/** The least wait before the next free retry: 1 s, doubling with each in a row, so that no provider is asked in a tight loop. */
export function freeRetryFloorSeconds(delivery: Delivery): number {
  const inARow = delivery.attempts.length - 1 - delivery.attempts.findLastIndex((attempt) => !isFree(attempt));
  return Math.min(FREE_RETRY_CAP_SECONDS, 2 ** Math.max(0, inARow - 1));
}
