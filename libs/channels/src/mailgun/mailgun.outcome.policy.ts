import type { SendResult } from '../channel.provider.js';
import { judgeBroken, throttled } from '../call-end.policy.js';
import type { HttpEnd } from '../http.caller.js';
import { readRecord } from '../json.reading.js';

/** What Mailgun answers at an address that is none of its API's, also with 200. */
const WRONG_ADDRESS = 'Mailgun Magnificent API';

/** Judges how a send ended. Only what surely was not accepted may be tried again. `now` in milliseconds since the epoch. */
export function judgeSend(end: HttpEnd | undefined, now: number): SendResult {
  if (!end) return { kind: 'rejected', class: 'permanent', code: 'refused_by_sdk' };
  if (end.kind === 'broken') return judgeBroken(end);
  const { status, body } = end;
  const code = `http_${status}`;
  if (body.trim() === WRONG_ADDRESS) return { kind: 'rejected', class: 'auth', code: 'wrong_address' };
  const answer = readRecord(body);
  if (status === 200) {
    const providerMessageId = messageIdOf(answer?.['id']);
    return providerMessageId === undefined
      ? { kind: 'unknown', reason: 'http_200' }
      : { kind: 'accepted', providerMessageId };
  }
  switch (status) {
    case 401:
    case 403:
      return { kind: 'rejected', class: 'auth', code };
    case 404:
      // A new domain is not known everywhere at once; a page that is not Mailgun's JSON is another address altogether.
      return { kind: 'rejected', class: answer ? 'retryable' : 'auth', code: answer ? code : 'wrong_address' };
    case 408:
      return { kind: 'rejected', class: 'retryable', code };
    case 429:
      return throttled(status, end.headers, now);
    case 503:
      // Mailgun's own refusal has its JSON; a proxy's page says nothing about what happened behind it.
      return answer && 'message' in answer
        ? { kind: 'rejected', class: 'retryable', code }
        : { kind: 'unknown', reason: code };
    default:
      if (status < 400 || status >= 500) return { kind: 'unknown', reason: code };
      return { kind: 'rejected', class: 'permanent', code };
  }
}

/** Without the `<>` that answers have and webhooks have not; undefined where it is no message id. */
export function messageIdOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const bare = value.trim().replace(/^<|>$/g, '');
  return /^[\w.!#$%&'*+/=?^`{|}~@-]{1,300}$/.test(bare) ? bare : undefined;
}
