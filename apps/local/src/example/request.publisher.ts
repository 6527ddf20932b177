import { setTimeout as delay } from 'node:timers/promises';
import { OUTREACH_REQUESTED } from '@homing/contracts';
import type { DecisionAnswer } from '@homing/contracts';
import { cloudEvent } from '@homing/messaging';
import type { Publisher, ReplyInbox } from '@homing/messaging';
import type { RequestLine } from './request.lines.js';

export interface PublisherParts {
  readonly publisher: Pick<Publisher, 'publish'>;
  readonly inbox: Pick<ReplyInbox, 'expect'>;
  readonly tenantId: string;
  /** Unique to this process: the bus shall let every line through, so that the system itself must know a repeat. */
  readonly nonce: string;
  /** Most messages without acknowledgement. */
  readonly window: number;
}

/** Part of a request's identity together with its id. */
const source = 'homing/example';
/** Nobody waits this long; `answers` is read whenever it is wanted. */
const answerWithinMs = 3_600_000;

/** Publishes requests as any program of the company would, and collects the decisions that are told to whoever asks. */
export class RequestPublisher {
  /** By line. */
  readonly answers = new Map<number, DecisionAnswer>();
  /** Lines the bus did not take, with its words. */
  readonly untaken = new Map<number, string>();
  /** Taken by the bus so far. */
  published = 0;
  readonly #awaited: { cancel(): void }[] = [];
  #round = 0;

  constructor(private readonly parts: PublisherParts) {}

  /**
   * Publishes each line once; resolves when the bus has stored (or refused) all of them. Publishing a line again asks for
   * its decision again: the same request id is the same outreach.
   */
  async publish(lines: readonly RequestLine[], rate?: number): Promise<void> {
    this.#round += 1;
    const begun = performance.now();
    const left = lines.entries();
    const lane = async (): Promise<void> => {
      for (const [index, line] of left) {
        const early = rate === undefined ? 0 : begun + (index * 1_000) / rate - performance.now();
        if (early > 0) await delay(early);
        await this.#publishOne(line);
      }
    };
    await Promise.all(Array.from({ length: Math.min(this.parts.window, lines.length) }, lane));
  }

  /** Stops waiting for decisions. */
  close(): void {
    for (const reply of this.#awaited.splice(0)) reply.cancel();
  }

  async #publishOne({ line, requestId, data }: RequestLine): Promise<void> {
    const { publisher, inbox, tenantId, nonce } = this.parts;
    const token = `${this.#round}-${line}`;
    const reply = inbox.expect(token, answerWithinMs);
    this.#awaited.push(reply);
    void reply.answer.then((bytes) => this.#heard(line, bytes));
    const event = cloudEvent({
      id: requestId,
      source,
      type: OUTREACH_REQUESTED,
      time: new Date().toISOString(),
      tenantid: tenantId,
      data,
    });
    try {
      await publisher.publish(OUTREACH_REQUESTED, event, {
        tenantId,
        key: `${nonce}-${token}`,
        replyTo: reply.replyTo,
      });
      this.published += this.#round === 1 ? 1 : 0;
      this.untaken.delete(line);
    } catch (error) {
      reply.cancel();
      this.untaken.set(line, (error as Error).message);
    }
  }

  #heard(line: number, bytes: Uint8Array | undefined): void {
    if (bytes) this.answers.set(line, JSON.parse(new TextDecoder().decode(bytes)) as DecisionAnswer);
  }
}
