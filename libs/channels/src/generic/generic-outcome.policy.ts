import type { SendResult } from '../channel.provider.js';
import type { HttpEnd } from '../http.caller.js';
import { matching, readRecord, type Json } from '../json.reading.js';
import { judgeNetworkFailure } from '../network-failure.policy.js';
import { retryAfterSeconds } from '../retry-after.policy.js';

/** An id a message can be known by. */
export const MESSAGE_ID = /^[\w.:@<>+/=-]{1,200}$/;

/** Judges one call. `message_id` in the answer is the receipt: without it nobody said that the message was taken. */
export function judgeGeneric(end: HttpEnd, now: number): SendResult {
  if (end.kind === 'broken') return judgeNetworkFailure(end.errorCode, end.mayHaveReached);
  const { status, headers } = end;
  const body = readRecord(end.body);
  const code = `http_${status}`;
  const id = matching(body?.['message_id'], MESSAGE_ID);
  // 409: the same key again, and what it was answered with then.
  if (id !== undefined && ((status >= 200 && status < 300) || status === 409))
    return { kind: 'accepted', providerMessageId: id };
  switch (status) {
    case 401:
    case 403:
    case 404: // there is no such provider at this address
      return { kind: 'rejected', class: 'auth', code };
    case 408:
    case 503: // by this contract: not taken, come again
      return { kind: 'rejected', class: 'retryable', code };
    case 429: {
      const wait = retryAfterSeconds(headers, now);
      return { kind: 'rejected', class: 'throttled', code, ...(wait === undefined ? {} : { retryAfterSeconds: wait }) };
    }
    default:
      // A key that is already in use says that the message was taken, and not as what.
      if (status < 400 || status >= 500 || status === 409) return { kind: 'unknown', reason: code };
      return isSuppressed(body)
        ? { kind: 'rejected', class: 'suppressed', code: 'suppressed' }
        : { kind: 'rejected', class: 'permanent', code };
  }
}

const isSuppressed = (body: Json | undefined): boolean =>
  ['suppressed', 'opted_out', 'unsubscribed'].includes(String(body?.['code'] ?? body?.['error']));
