import type { OutboundMessage, SendResult } from '../channel.provider.js';
import type { HttpEnd } from '../http.caller.js';
import { isRecord, matching, readRecord, type Json } from '../json.reading.js';
import { judgeNetworkFailure } from '../network-failure.policy.js';
import { retryAfterSeconds } from '../retry-after.policy.js';

/** TextBee's id of a batch, and of the single message in ours: a MongoDB object id. */
export const BATCH_ID = /^[\w-]{1,64}$/;

const DAY_SECONDS = 86_400;
/** Where it does not say how long: its throttler counts by the minute. */
const MINUTE_SECONDS = 60;

/** Judges one call. TextBee takes no key of ours: only what surely was not queued may be tried again. */
export function judgeTextbee(end: HttpEnd, message: OutboundMessage, now: number): SendResult {
  if (end.kind === 'broken') return judgeNetworkFailure(end.errorCode, end.mayHaveReached);
  const { status } = end;
  const code = `http_${status}`;
  const body = readRecord(end.body);
  if (status === 200 || status === 201) return judgeAccepted(body, message);
  if (status < 400 || status >= 500) {
    // Its own word for "not now" has its error body; a proxy's page says nothing about what happened behind it.
    const own = status === 503 && body !== undefined;
    return own ? { kind: 'rejected', class: 'retryable', code } : { kind: 'unknown', reason: code };
  }
  if (status === 401 || status === 403) return { kind: 'rejected', class: 'auth', code };
  if (status === 408) return { kind: 'rejected', class: 'retryable', code };
  if (status === 429) return throttled(end.headers, body, now);
  // Whatever is wrong with the device or with the plan is wrong for every message.
  if (status === 404 || (status === 400 && /\bdevice\b/i.test(wordsOf(body))))
    return { kind: 'rejected', class: 'auth', code: 'device_not_enabled' };
  return { kind: 'rejected', class: 'permanent', code };
}

function judgeAccepted(body: Json | undefined, message: OutboundMessage): SendResult {
  const data = isRecord(body?.['data']) ? body['data'] : {};
  const id = matching(data['smsBatchId'], BATCH_ID);
  if (id) return { kind: 'accepted', providerMessageId: id };
  // Installations without a queue answer with what Firebase said, and no id: nothing that follows can be matched to it.
  const pushed = data['successCount'];
  if (data['success'] === true || (typeof pushed === 'number' && pushed > 0))
    return { kind: 'accepted', providerMessageId: `unstated-${message.deliveryId}-${message.attempt}` };
  return { kind: 'unknown', reason: 'answer_unreadable' };
}

/** The plan's limits are counted by UTC days; a month's end is looked for again every day. */
function throttled(headers: Readonly<Record<string, unknown>>, body: Json | undefined, now: number): SendResult {
  const stated = retryAfterSeconds(headers, now);
  if (body?.['hasReachedLimit'] !== true)
    return rejectedFor('too_many_requests', stated === undefined || stated === 0 ? MINUTE_SECONDS : stated);
  const answered = Date.parse(typeof headers['date'] === 'string' ? headers['date'] : '');
  const from = Math.floor((Number.isNaN(answered) ? now : answered) / 1_000);
  const untilMidnight = DAY_SECONDS - (from % DAY_SECONDS);
  return rejectedFor(body['monthlyRemaining'] === 0 ? 'monthly_limit' : 'daily_limit', stated ?? untilMidnight);
}

const rejectedFor = (code: string, seconds: number): SendResult => ({
  kind: 'rejected',
  class: 'throttled',
  code,
  retryAfterSeconds: seconds,
});

/** Its sentence, read for one word and kept nowhere. */
const wordsOf = (body: Json | undefined): string => {
  const said = body?.['error'] ?? body?.['message'];
  return typeof said === 'string' ? said : '';
};
