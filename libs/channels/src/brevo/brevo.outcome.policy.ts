import type { AttemptRef, SendResult } from '../channel.provider.js';
import { judgeBroken, throttled } from '../call-end.policy.js';
import type { HttpEnd } from '../http.caller.js';
import { readRecord } from '../json.reading.js';

/** Brevo's own words for a refusal that we pass on; anything else is told by its status. */
const CODES = new Set([
  'invalid_parameter',
  'missing_parameter',
  'out_of_range',
  'not_enough_credits',
  'unauthorized',
  'permission_denied',
  'account_under_validation',
  'method_not_allowed',
  'document_not_found',
]);
/** The account, not the message. */
const OF_THE_ACCOUNT = new Set(['not_enough_credits', 'unauthorized', 'permission_denied', 'account_under_validation']);

/** Judges how a send ended. Only what surely was not accepted may be tried again. `now` in milliseconds since the epoch. */
export function judgeSend(end: HttpEnd | undefined, attempt: AttemptRef, now: number): SendResult {
  if (!end) return { kind: 'rejected', class: 'permanent', code: 'refused_by_sdk' };
  if (end.kind === 'broken') return judgeBroken(end);
  const { status, body, headers } = end;
  const answer = readRecord(body);
  if (status === 201) {
    const providerMessageId = messageIdOf(answer?.['messageId']);
    return providerMessageId === undefined
      ? { kind: 'unknown', reason: 'http_201' }
      : { kind: 'accepted', providerMessageId };
  }
  if (status >= 400 && status < 500 && answer && isDuplicate(answer)) {
    const known = messageIdOf(answer['messageId']) ?? `unstated-${attempt.deliveryId}-${attempt.attempt}`;
    return { kind: 'accepted', providerMessageId: known };
  }
  const word = answer?.['code'];
  const code = typeof word === 'string' && CODES.has(word) ? word : `http_${status}`;
  switch (status) {
    case 401:
    case 402:
    case 403:
      return { kind: 'rejected', class: 'auth', code };
    case 408:
      return { kind: 'rejected', class: 'retryable', code };
    case 409:
      // A conflict with what, if not with the first call under this key?
      return { kind: 'unknown', reason: code };
    case 429:
      return throttled(status, headers, now);
    case 503:
      // Brevo's own refusal has its code; a proxy's page says nothing about what happened behind it.
      return word === undefined ? { kind: 'unknown', reason: code } : { kind: 'rejected', class: 'retryable', code };
    default:
      if (status < 400 || status >= 500) return { kind: 'unknown', reason: code };
      return { kind: 'rejected', class: OF_THE_ACCOUNT.has(code) ? 'auth' : 'permanent', code };
  }
}

/**
 * The key was taken before: that call was accepted. The documents show no body for it, so every word that could say so is believed: to
 * take it for a refusal would let another message follow one that was sent.
 */
const isDuplicate = ({ code, message }: Readonly<Record<string, unknown>>): boolean =>
  code === 'duplicate_request' || /idempoten|duplicate[ _-]?request/i.test(`${String(code)} ${String(message)}`);

/** Without the `<>` that some of Brevo's events lack; undefined where it is no message id. */
export function messageIdOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const bare = value.trim().replace(/^<|>$/g, '');
  return /^[\w.!#$%&'*+/=?^`{|}~@-]{1,300}$/.test(bare) ? bare : undefined;
}
