import type { AttemptRef, Capabilities, LookUpResult } from '../channel.provider.js';
import { brokenCode } from '../call-end.policy.js';
import { readRecord } from '../json.reading.js';
import { retryAfterSeconds } from '../retry-after.policy.js';
import { attemptTag } from './mailgun.mail.js';
import { messageIdOf } from './mailgun.outcome.policy.js';
import { getEvents, type MailgunAccount } from './mailgun.sdk.js';

export interface EventsAccess {
  /**
   * After how many seconds a message that Mailgun took is sure to show among its events. Mailgun states no figure; its advice for
   * pollers is half an hour. Default 1,800; be generous: a message that shows later is taken for not sent and sent again.
   */
  readonly afterSeconds?: number;
}

/** Mailgun states no limit; this one leaves an account's other callers alone. */
const PER_MINUTE = 60;

export const lookUpLimits = ({ afterSeconds = 1_800 }: EventsAccess): Exclude<Capabilities['lookUp'], false> => ({
  afterSeconds,
  perMinute: PER_MINUTE,
});

/** Kept for a day at least: as far back as anybody asks. */
const LOOK_BACK_SECONDS = 24 * 3_600;

export interface Asking {
  readonly account: MailgunAccount;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

/** Asks the events API for the one attempt that carries our tag. */
export async function findInEvents({ account, signal, now }: Asking, attempt: AttemptRef): Promise<LookUpResult> {
  const begin = Math.floor(now() / 1000) - LOOK_BACK_SECONDS;
  const query = { tags: attemptTag(attempt), begin: String(begin), ascending: 'yes', limit: '5' };
  const end = await getEvents(account, query, signal);
  if (!end) return { kind: 'unavailable', code: 'refused_by_sdk' };
  if (end.kind === 'broken') return { kind: 'unavailable', code: brokenCode(end) };
  const { status, headers, body } = end;
  if (status === 200) return readItems(readRecord(body)?.['items'], attempt);
  const code = `http_${status}`;
  if (status === 429) {
    const wait = retryAfterSeconds(headers, now());
    return { kind: 'unavailable', code, ...(wait === undefined ? {} : { retryAfterSeconds: wait }) };
  }
  // 4xx will not get better by itself: a key without the right to read, a query it does not understand.
  return { kind: status >= 400 && status < 500 && status !== 408 ? 'unsupported' : 'unavailable', code };
}

/** An answer that is not Mailgun's list, or lists what is not ours, says nothing: not even that there is nothing. */
function readItems(items: unknown, { deliveryId, attempt }: AttemptRef): LookUpResult {
  if (!Array.isArray(items)) return { kind: 'unavailable', code: 'not_a_list' };
  if (items.length === 0) return { kind: 'not_found' };
  for (const item of items as Readonly<Record<string, Record<string, unknown> | undefined>>[]) {
    const variables = item?.['user-variables'];
    if (variables?.['op_delivery_id'] !== deliveryId || String(variables['op_attempt']) !== String(attempt)) continue;
    const message = item['message'] as { headers?: Record<string, unknown> } | undefined;
    const providerMessageId = messageIdOf(message?.headers?.['message-id']);
    return { kind: 'accepted', ...(providerMessageId === undefined ? {} : { providerMessageId }) };
  }
  return { kind: 'unavailable', code: 'not_ours' };
}
