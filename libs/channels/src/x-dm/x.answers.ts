import type { SendResult } from '../channel.provider.js';
import type { PostEnd } from '../json-post.client.js';
import { isRecord, list, matching, record, type Json } from '../json.reading.js';
import { judgeNetworkFailure } from '../network-failure.policy.js';
import { retryAfterSeconds, type AnswerHeaders } from '../retry-after.policy.js';

/** Judges the end of a call to X. `now` in milliseconds. */
export function judgeX(end: PostEnd, now: number): SendResult {
  const { status, body } = end;
  if (status === undefined) return judgeNetworkFailure(end.errorCode, end.mayHaveReached);
  if (status !== 200 && status !== 201) return judgeProblem(status, record(body), end.headers, now);
  const providerMessageId = matching(record(record(body)['data'])['dm_event_id'], /^\d{1,20}$/);
  if (providerMessageId !== undefined) return { kind: 'accepted', providerMessageId };
  // A good status with errors beside no data: X answered in part, and the part that is missing is the message.
  const [first] = list(record(body)['errors']);
  const said = isRecord(first) ? first['status'] : undefined;
  if (typeof said === 'number' && said >= 400 && said < 500) return judgeProblem(said, record(first), end.headers, now);
  return { kind: 'unknown', reason: 'answer_unreadable' };
}

/** Problems that are the app's or the account's, whoever is written to: by the last word of their `type`. */
const ACCOUNT_PROBLEMS: Readonly<Record<string, string>> = {
  'client-forbidden': 'app_not_allowed',
  'client-not-enrolled': 'app_not_allowed',
  'unsupported-authentication': 'user_token_needed',
  'oauth1-permissions': 'permission_missing',
};

function judgeProblem(status: number, problem: Json, headers: AnswerHeaders, now: number): SendResult {
  const code = `http_${status}`;
  const type = typeof problem['type'] === 'string' ? (problem['type'].split('/').at(-1) ?? '') : '';
  switch (status) {
    case 401:
      return { kind: 'rejected', class: 'auth', code: 'token_invalid' };
    case 403: {
      const account = ACCOUNT_PROBLEMS[type];
      if (account) return { kind: 'rejected', class: 'auth', code: account };
      return { kind: 'rejected', class: 'permanent', code: 'recipient_refuses' };
    }
    case 408:
      return { kind: 'rejected', class: 'retryable', code };
    case 429: {
      const wait = waitOf(headers, now) ?? (type === 'usage-capped' ? 86_400 : undefined);
      return { kind: 'rejected', class: 'throttled', code, ...(wait === undefined ? {} : { retryAfterSeconds: wait }) };
    }
    case 503:
      // X's own refusal is a problem document; a proxy's page says nothing about what happened behind it.
      if (typeof problem['title'] === 'string') return { kind: 'rejected', class: 'retryable', code };
      return { kind: 'unknown', reason: code };
    default:
      if (status < 400 || status >= 500) return { kind: 'unknown', reason: code };
      return { kind: 'rejected', class: 'permanent', code };
  }
}

/** Beside the limit of 15 minutes there are those of a day, of the user and of the app, with headers of their own: the longest that is used up. */
function waitOf(headers: AnswerHeaders, now: number): number | undefined {
  const { date } = headers;
  const days = ['x-user-limit-24hour', 'x-app-limit-24hour']
    .filter((name) => headers[`${name}-remaining`] === '0')
    .map((name) => retryAfterSeconds({ date, 'x-rate-limit-reset': headers[`${name}-reset`] }, now) ?? 0);
  const window = retryAfterSeconds(headers, now);
  return days.length === 0 ? window : Math.max(...days, window ?? 0);
}
