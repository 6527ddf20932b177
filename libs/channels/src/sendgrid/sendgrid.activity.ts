import type { AttemptRef, Capabilities, LookUpResult } from '../channel.provider.js';
import { HttpCallWatch } from '../http-call.watch.js';
import { retryAfterSeconds } from '../retry-after.policy.js';
import { describeSdkError } from './sdk-error.reader.js';
import { messageIdOf } from './sendgrid.message-id.js';
import type { SendgridAccount } from './sendgrid.client.js';
import { loadSendgrid } from './sendgrid.loader.js';

export interface ActivityAccess {
  /**
   * After how many seconds a message that SendGrid took is sure to show in its activity. SendGrid states no figure. Default
   * 1,800; be generous: a message that shows later is taken for not sent and sent again.
   */
  readonly afterSeconds?: number;
}

/** What SendGrid lets one account ask. */
const PER_MINUTE = 6;

export const lookUpLimits = ({ afterSeconds = 1_800 }: ActivityAccess): Exclude<Capabilities['lookUp'], false> => ({
  afterSeconds,
  perMinute: PER_MINUTE,
});

interface Asking {
  readonly account: SendgridAccount;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

/** Asks the Email Activity Feed for the message with our custom args. */
export async function findInActivity(asking: Asking, attempt: AttemptRef): Promise<LookUpResult> {
  const { account, signal, now } = asking;
  const query = queryFor(attempt);
  const { SendgridCallClient } = await loadSendgrid();
  const client = new SendgridCallClient(account, signal, new HttpCallWatch());
  try {
    const [answer] = await client.request({ method: 'GET', url: '/v3/messages', qs: { query, limit: 2 } });
    return answer.statusCode === 200
      ? readMessages(answer.body)
      : { kind: 'unavailable', code: `http_${answer.statusCode}` };
  } catch (error) {
    const { status, headers = {} } = describeSdkError(error);
    if (status === undefined) return { kind: 'unavailable', code: signal.aborted ? 'deadline' : 'network_error' };
    if (status === 429) {
      const wait = retryAfterSeconds(headers, now());
      return { kind: 'unavailable', code: 'http_429', ...(wait === undefined ? {} : { retryAfterSeconds: wait }) };
    }
    // 4xx will not get better by itself: no such add-on, no such right, a query it does not understand.
    const kind = status >= 400 && status < 500 && status !== 408 ? 'unsupported' : 'unavailable';
    return { kind, code: `http_${status}` };
  }
}

/** Our ids are words of ours (`OUR_ID` in the webhook): nothing in them could end the quotation. */
function queryFor({ deliveryId, attempt }: AttemptRef): string {
  if (!/^[\w.:-]{1,128}$/.test(deliveryId)) throw new TypeError('a delivery id of ours is one word');
  return `(unique_args['op_delivery_id']="${deliveryId}") AND (unique_args['op_attempt']="${attempt}")`;
}

/** An answer that is not SendGrid's list says nothing: not even that there is nothing. */
function readMessages(body: unknown): LookUpResult {
  const messages: unknown =
    typeof body === 'object' && body !== null ? (body as { messages?: unknown }).messages : undefined;
  if (!Array.isArray(messages)) return { kind: 'unavailable', code: 'not_a_list' };
  if (messages.length === 0) return { kind: 'not_found' };
  const providerMessageId = messageIdOf((messages[0] as { msg_id?: unknown } | null)?.msg_id);
  return { kind: 'accepted', ...(providerMessageId === undefined ? {} : { providerMessageId }) };
}
