import { withDeadline } from '../call.deadline.js';
import type { ChannelProvider, OutboundMessage, SendResult } from '../channel.provider.js';
import { HttpCallWatch } from '../http-call.watch.js';
import { judgeManyFailure } from './many-outcome.policy.js';
import { describeSdkError } from './sdk-error.reader.js';
import type { SendgridAccount } from './sendgrid.client.js';
import { loadSendgrid } from './sendgrid.loader.js';
import { toManyMails } from './sendgrid.many.js';
import { takenAs } from './taken-as.policy.js';

export interface ManyParts {
  readonly account: SendgridAccount;
  /** Most messages in one call. */
  readonly most: number;
  readonly now: () => number;
}

/** @throws TypeError, to whoever calls: more messages than `most` */
export const createSendMany =
  (parts: ManyParts): NonNullable<ChannelProvider['sendMany']> =>
  async (messages, options) => {
    if (messages.length > parts.most) throw new TypeError(`at most ${parts.most} messages in one call`);
    const { body, places, results } = toManyMails(messages);
    const answers = new Map(results);
    if (body) {
      const said = options.signal.aborted
        ? places.map(() => abortedBefore)
        : await withDeadline(options, (signal) => call(parts, { body, signal, mails: placed(messages, places) }));
      places.forEach((place, i) => answers.set(place, said[i] ?? unanswered));
    }
    return messages.map((_, place) => answers.get(place) ?? unanswered);
  };

const abortedBefore: SendResult = { kind: 'rejected', class: 'retryable', code: 'aborted_before_call' };
/** Never: every message has a result. Whoever has none may have been sent. */
const unanswered: SendResult = { kind: 'unknown', reason: 'no_result' };

const placed = (messages: readonly OutboundMessage[], places: readonly number[]): OutboundMessage[] =>
  places.flatMap((place) => messages[place] ?? []);

interface ManyCall {
  readonly body: object;
  /** One for each personalization. */
  readonly mails: readonly OutboundMessage[];
  readonly signal: AbortSignal;
}

async function call({ account, now }: ManyParts, { body, mails, signal }: ManyCall): Promise<SendResult[]> {
  const { SendgridCallClient } = await loadSendgrid();
  const watch = new HttpCallWatch();
  const client = new SendgridCallClient(account, signal, watch);
  try {
    const [answer] = await client.request({ method: 'POST', url: '/v3/mail/send', body });
    const headers = answer.headers as Record<string, unknown>;
    return mails.map((mail, at) => takenAs({ status: answer.statusCode, headers, at }, mail));
  } catch (error) {
    const end = { ...describeSdkError(error), mayHaveReached: watch.mayHaveReached, now: now() };
    return judgeManyFailure(end, mails.length);
  }
}
