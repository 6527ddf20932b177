import { REPLY_TO_HEADER } from '@homing/contracts';
import type { JsMsg } from '@nats-io/jetstream';
import { BaseRpcContext } from '@nestjs/microservices';
import { isReplySubject } from './reply.inbox.js';

/** What a handler may know about the message besides its event: `@Ctx() context: JetStreamContext`. */
export class JetStreamContext extends BaseRpcContext<[JsMsg]> {
  constructor(
    message: JsMsg,
    /** `bare`: the body was no CloudEvent; `@Payload()` is one made around it. `headers`: there is none, see `headersOnly`. */
    readonly form: 'structured' | 'bare' | 'headers',
    /** Attributes that were not understood and left out. */
    readonly ignored: readonly string[],
  ) {
    super([message]);
  }

  get message(): JsMsg {
    return this.getArgs()[0];
  }

  get subject(): string {
    return this.message.subject;
  }

  /** The body as it came. */
  get bytes(): Uint8Array {
    return this.message.data;
  }

  get stream(): string {
    return this.message.info.stream;
  }

  get consumer(): string {
    return this.message.info.consumer;
  }

  get streamSequence(): number {
    return this.message.info.streamSequence;
  }

  /** 1 at first; more after a failure, a lost ack or a restart. */
  get deliveryCount(): number {
    return this.message.info.deliveryCount;
  }

  /** When the bus stored the message, ISO 8601 in UTC. */
  get storedAt(): string {
    return this.message.timestamp;
  }

  /** The `Nats-Msg-Id`, if the publisher gave one. */
  get messageId(): string | undefined {
    return this.header('Nats-Msg-Id');
  }

  /** Where somebody waits for an answer: send it with `bus.notify`. Undefined when nobody does or the subject is not an inbox. */
  get replyTo(): string | undefined {
    const subject = this.header(REPLY_TO_HEADER);
    return subject !== undefined && isReplySubject(subject) ? subject : undefined;
  }

  header(name: string): string | undefined {
    return this.message.headers?.get(name) || undefined;
  }
}
