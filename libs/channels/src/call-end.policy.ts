import type { SendResult } from './channel.provider.js';
import type { HttpEnd } from './http.caller.js';
import { retryAfterSeconds, type AnswerHeaders } from './retry-after.policy.js';

const NETWORK_CODES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connect_refused',
  ECONNRESET: 'connection_reset',
  EPIPE: 'connection_reset',
  ENOTFOUND: 'name_not_found',
  EAI_AGAIN: 'name_not_found',
  ETIMEDOUT: 'timed_out',
  ABORT_ERR: 'deadline',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
};

type Broken = Extract<HttpEnd, { kind: 'broken' }>;

/** A word of ours for why no answer came. */
export const brokenCode = ({ errorCode = '' }: Broken): string => NETWORK_CODES[errorCode] ?? 'network_error';

/** Only what surely did not leave may be tried again. */
export function judgeBroken(end: Broken): SendResult {
  const code = brokenCode(end);
  return end.mayHaveReached ? { kind: 'unknown', reason: code } : { kind: 'rejected', class: 'retryable', code };
}

/** Too fast; with the wait the answer asks for, if it does. `now` in milliseconds since the epoch. */
export function throttled(status: number, headers: AnswerHeaders, now: number): SendResult {
  const wait = retryAfterSeconds(headers, now);
  const code = `http_${status}`;
  return { kind: 'rejected', class: 'throttled', code, ...(wait === undefined ? {} : { retryAfterSeconds: wait }) };
}
