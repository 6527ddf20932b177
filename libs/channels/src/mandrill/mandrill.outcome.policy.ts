import type { RejectionClass, SendResult } from '../channel.provider.js';
import type { HttpEnd } from '../http.caller.js';
import { isRecord, list, matching, readRecord } from '../json.reading.js';
import { judgeNetworkFailure } from '../network-failure.policy.js';
import { retryAfterSeconds } from '../retry-after.policy.js';

/** Judges one call. Mandrill answers errors of every kind with the same status: the error's `name` alone tells them apart. */
export function judgeMandrill(end: HttpEnd, now: number): SendResult {
  if (end.kind === 'broken') return judgeNetworkFailure(end.errorCode, end.mayHaveReached);
  const { status, headers, body } = end;
  if (status === 200) return judgeRecipient(body);
  if (status === 429) {
    const wait = retryAfterSeconds(headers, now);
    const code = 'http_429';
    return { kind: 'rejected', class: 'throttled', code, ...(wait === undefined ? {} : { retryAfterSeconds: wait }) };
  }
  const error = readRecord(body);
  const name = error?.['status'] === 'error' ? matching(error['name'], /^[A-Za-z_]{1,60}$/) : undefined;
  const known = name === undefined ? undefined : ERRORS[name.toLowerCase().replaceAll('_', '')];
  if (known) return { kind: 'rejected', class: known[0], code: known[1] };
  if (status === 401 || status === 403) return { kind: 'rejected', class: 'auth', code: `http_${status}` };
  if (status >= 400 && status < 500 && status !== 408)
    return { kind: 'rejected', class: 'permanent', code: `http_${status}` };
  // GeneralError ("unexpected error") and whatever a proxy says leave open what happened before them.
  return { kind: 'unknown', reason: `http_${status}` };
}

const ERRORS: Readonly<Record<string, readonly [RejectionClass, string]>> = {
  invalidkey: ['auth', 'invalid_key'],
  paymentrequired: ['auth', 'payment_required'],
  unknownsubaccount: ['permanent', 'unknown_subaccount'],
  validationerror: ['permanent', 'validation_error'],
  serviceunavailable: ['retryable', 'service_unavailable'],
};

/** An accepted call says of each recipient what became of him. */
function judgeRecipient(body: string): SendResult {
  const [first] = list(parsed(body));
  if (!isRecord(first)) return { kind: 'unknown', reason: 'answer_unreadable' };
  const { status, _id: id, reject_reason: reason } = first;
  switch (status) {
    case 'sent':
    case 'queued':
    case 'scheduled': {
      const providerMessageId = matching(id, /^[\w-]{1,100}$/);
      return providerMessageId
        ? { kind: 'accepted', providerMessageId }
        : { kind: 'unknown', reason: 'answer_unreadable' };
    }
    case 'invalid':
      return { kind: 'rejected', class: 'permanent', code: 'invalid_address' };
    case 'rejected': {
      const known = typeof reason === 'string' ? REJECTS[reason] : undefined;
      const [kind, code] = known ?? (['permanent', 'rejected'] as const);
      return { kind: 'rejected', class: kind, code };
    }
    default:
      return { kind: 'unknown', reason: 'answer_unreadable' };
  }
}

/** Why a recipient was rejected. The first five stand on the account's own rejection list. */
const REJECTS: Readonly<Record<string, readonly [RejectionClass, string]>> = {
  'hard-bounce': ['suppressed', 'bounced_address'],
  'soft-bounce': ['suppressed', 'bounced_address'],
  spam: ['suppressed', 'spam_reporting_address'],
  unsub: ['suppressed', 'unsubscribed_address'],
  custom: ['suppressed', 'rejection_list'],
  invalid: ['permanent', 'invalid_address'],
  'invalid-sender': ['permanent', 'sender_refused'],
  unsigned: ['auth', 'sender_not_verified'],
  'test-mode-limit': ['auth', 'test_mode_limit'],
  rule: ['permanent', 'rule'],
};

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
