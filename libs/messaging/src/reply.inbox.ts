import { createInbox, deferred } from '@nats-io/transport-node';

/** A message of core NATS: at most once, never a truth. */
export interface Notice {
  readonly subject: string;
  readonly data: Uint8Array;
}

export interface ExpectedReply {
  /** Where the answer is to be sent: goes along as the publisher's `replyTo`. */
  readonly replyTo: string;
  /** The answer, or undefined when none came in time. Never rejects. */
  readonly answer: Promise<Uint8Array | undefined>;
  /** Stops waiting; the answer is then undefined. */
  cancel(): void;
}

type Listen = (subject: string, handler: (notice: Notice) => void) => () => void;

/**
 * Publish and wait for the decision: `const reply = inbox.expect(id, 2_000)`, publish with `reply.replyTo`, await
 * `reply.answer`. Answers travel over core NATS, at most once: none in time means "look it up later", not "it failed".
 */
export class ReplyInbox {
  readonly subject: string;
  readonly #waiting = new Map<string, (data: Uint8Array) => void>();
  readonly #stop: () => void;

  constructor(listen: Listen, prefix = inboxPrefixOf()) {
    this.subject = createInbox(prefix);
    this.#stop = listen(`${this.subject}.*`, ({ subject, data }) => this.#waiting.get(subject)?.(data));
  }

  /** Waits for the answer to one question. The id is one subject token (a UUID); two questions at a time need two ids. */
  expect(id: string, timeoutMs: number): ExpectedReply {
    const replyTo = `${this.subject}.${id}`;
    if (!isReplySubject(replyTo)) throw new TypeError('a reply id must be one word of letters, digits, - and _');
    if (this.#waiting.has(replyTo)) throw new TypeError('this reply is awaited already');
    const answer = deferred<Uint8Array | undefined>();
    const settle = (data?: Uint8Array) => {
      clearTimeout(timer);
      this.#waiting.delete(replyTo);
      answer.resolve(data);
    };
    const timer = setTimeout(settle, timeoutMs);
    this.#waiting.set(replyTo, settle);
    return { replyTo, answer, cancel: () => settle() };
  }

  close(): void {
    this.#stop();
  }
}

/** Only answers to inboxes are sent: a publisher must not make us write to a subject of its choice (the JetStream API, say). */
export const isReplySubject = (subject: string): boolean => /^_INBOX(_[\w-]+)?\.[\w-]+\.[\w-]+$/.test(subject);

/** First word of a user's private subjects: `_INBOX_<user>`; without a user the client's own default. */
export const inboxPrefixOf = (user?: string): string =>
  user === undefined ? '_INBOX' : `_INBOX_${user.replaceAll(/[^\w-]/g, '_')}`;
