import type { SendResult } from '../channel.provider.js';
import type { PostEnd } from '../json-post.client.js';
import { isRecord, list, record, type Json } from '../json.reading.js';
import { judgeNetworkFailure } from '../network-failure.policy.js';
import { retryAfterSeconds, type AnswerHeaders } from '../retry-after.policy.js';
import { meaningOfCode, type GraphMeaning } from './graph.codes.js';

/** Judges the end of a Graph call; `messageId` reads the id out of a good answer. `now` in milliseconds. */
export function judgeGraph(end: PostEnd, messageId: (body: Json) => string | undefined, now: number): SendResult {
  const { status, body } = end;
  if (status === undefined) return judgeNetworkFailure(end.errorCode, end.mayHaveReached);
  const error = isRecord(body) && isRecord(body['error']) ? body['error'] : undefined;
  if (error) return judgeError(status, error, end.headers, now);
  if (status !== 200) return judgeBareStatus(status, end.headers, now);
  const providerMessageId = messageId(record(body));
  // 200 without an id is nobody's promise: a page of something in between, or a message that nothing will ever be heard of.
  return providerMessageId === undefined
    ? { kind: 'unknown', reason: 'answer_unreadable' }
    : { kind: 'accepted', providerMessageId };
}

function judgeError(status: number, error: Json, headers: AnswerHeaders, now: number): SendResult {
  const code = number(error['code']);
  if (code === undefined) return judgeBareStatus(status, headers, now);
  const meaning = meaningOfCode(code, number(error['error_subcode'])) ?? unlisted(code, status, error);
  if (meaning.class === 'unknown') return { kind: 'unknown', reason: meaning.code };
  const said = meaning.class === 'throttled' ? throttled(headers, now, meaning) : {};
  return { kind: 'rejected', class: meaning.class, code: meaning.code, ...said };
}

/** Meta marks what passes by itself; of the rest only a 4xx is surely a refusal. */
function unlisted(code: number, status: number, error: Json): GraphMeaning {
  const named = `meta_${code}`;
  if (status === 429) return { class: 'throttled', code: named };
  if (status < 400 || status >= 500) return { class: 'unknown', code: named };
  return { class: error['is_transient'] === true ? 'retryable' : 'permanent', code: named };
}

/** An answer without Meta's error body: a proxy's page, which says nothing about what happened behind it, unless it is a refusal. */
function judgeBareStatus(status: number, headers: AnswerHeaders, now: number): SendResult {
  const code = `http_${status}`;
  if (status === 401) return { kind: 'rejected', class: 'auth', code };
  if (status === 408) return { kind: 'rejected', class: 'retryable', code };
  if (status === 429) return { kind: 'rejected', class: 'throttled', code, ...throttled(headers, now) };
  if (status < 400 || status >= 500) return { kind: 'unknown', reason: code };
  return { kind: 'rejected', class: 'permanent', code };
}

function throttled(headers: AnswerHeaders, now: number, meaning?: GraphMeaning): { retryAfterSeconds?: number } {
  const wait = retryAfterSeconds(headers, now) ?? regainSeconds(headers) ?? meaning?.retryAfterSeconds;
  return wait === undefined ? {} : { retryAfterSeconds: wait };
}

/** `X-Business-Use-Case-Usage`: `{"<id>": [{"estimated_time_to_regain_access": <minutes>}]}`; the longest of them. */
function regainSeconds(headers: AnswerHeaders): number | undefined {
  const usage = parsed(headers['x-business-use-case-usage']);
  const minutes = Object.values(record(usage))
    .flatMap((uses) => list(uses))
    .map((use) => number(record(use)['estimated_time_to_regain_access']) ?? 0);
  const longest = Math.max(0, ...minutes);
  return longest > 0 ? Math.min(86_400, longest * 60) : undefined;
}

const number = (value: unknown) => (typeof value === 'number' && Number.isInteger(value) ? value : undefined);

function parsed(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
