import type { SendResult } from '../channel.provider.js';
import { judgeNetworkFailure } from '../network-failure.policy.js';
import { retryAfterSeconds, type AnswerHeaders } from '../retry-after.policy.js';

/** What came of one call, before it is judged. */
export interface CallEnd {
  /** HTTP status, when an answer arrived. */
  readonly status?: number;
  readonly headers?: AnswerHeaders;
  readonly body?: unknown;
  /** Node's or axios' code of a failure without an answer. */
  readonly errorCode?: string;
  /** Whether a byte of the request can have left. */
  readonly mayHaveReached: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Judges a call that was not answered with 2xx. Only what surely was not accepted may be tried again. */
export function judgeFailure(end: CallEnd): SendResult {
  if (end.status === undefined) return judgeNetworkFailure(end.errorCode, end.mayHaveReached);
  return judgeStatus(end.status, end);
}

function judgeStatus(status: number, end: CallEnd): SendResult {
  const code = `http_${status}`;
  switch (status) {
    case 401:
    case 403:
      return { kind: 'rejected', class: 'auth', code: firstField(end.body) === 'from' ? 'sender_not_verified' : code };
    case 408:
      return { kind: 'rejected', class: 'retryable', code };
    case 503:
      // SendGrid's own refusal has its error body; a proxy's page says nothing about what happened behind it.
      return hasErrors(end.body) ? { kind: 'rejected', class: 'retryable', code } : { kind: 'unknown', reason: code };
    case 429: {
      const wait = retryAfterSeconds(end.headers ?? {}, end.now);
      return { kind: 'rejected', class: 'throttled', code, ...(wait === undefined ? {} : { retryAfterSeconds: wait }) };
    }
    default:
      // 500, 502 and 504 say nothing about what happened before them; nor does anything outside 4xx that we do not know.
      if (status < 400 || status >= 500) return { kind: 'unknown', reason: code };
      return { kind: 'rejected', class: 'permanent', code: PERMANENT_FIELDS[firstField(end.body) ?? ''] ?? code };
  }
}

/** Which part of the message SendGrid refused, from the first segment of `errors[0].field`. Its sentence is not kept. */
const PERMANENT_FIELDS: Readonly<Record<string, string>> = {
  personalizations: 'recipient_refused',
  from: 'sender_refused',
  content: 'content_refused',
  subject: 'subject_refused',
  reply_to: 'reply_to_refused',
  headers: 'headers_refused',
};

const hasErrors = (body: unknown): boolean => isRecord(body) && Array.isArray(body['errors']);

function firstField(body: unknown): string | undefined {
  const errors: unknown = isRecord(body) ? body['errors'] : undefined; // a 413 may be an HTML page: then a string
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  const field = isRecord(first) ? first['field'] : undefined;
  return typeof field === 'string' ? field.split('.')[0] : undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
