import type { SendResult } from './channel.provider.js';
import type { CallEnd } from './exact-http.call.js';
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
  ANSWER_TOO_LONG: 'answer_too_long',
};

type Unanswered = Extract<CallEnd, { kind: 'unanswered' }>;

/** A word of ours for why no answer came. */
export const unansweredCode = ({ errorCode }: Unanswered): string => NETWORK_CODES[errorCode] ?? 'network_error';

/** Only what surely did not leave may be tried again. */
export function judgeUnanswered(end: Unanswered): SendResult {
  const code = unansweredCode(end);
  return end.mayHaveReached ? { kind: 'unknown', reason: code } : { kind: 'rejected', class: 'retryable', code };
}

/** Too fast; with the wait the answer asks for, if it does. `now` in milliseconds since the epoch. */
export function throttled(status: number, headers: AnswerHeaders, now: number): SendResult {
  const wait = retryAfterSeconds(headers, now);
  const code = `http_${status}`;
  return { kind: 'rejected', class: 'throttled', code, ...(wait === undefined ? {} : { retryAfterSeconds: wait }) };
}

/** The JSON object in a body, or undefined: a proxy's page, an empty body, a list. */
export function jsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
