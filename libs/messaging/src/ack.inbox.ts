import { JetStreamApiError } from '@nats-io/jetstream';
import { ClosedConnectionError, createInbox, TimeoutError } from '@nats-io/transport-node';
import type { Msg, MsgHdrs, NatsConnection } from '@nats-io/transport-node';
import type { PublishAck } from './message.publisher.js';

interface Waiting {
  readonly timer: NodeJS.Timeout;
  resolve(ack: PublishAck): void;
  reject(error: Error): void;
}

/** Nobody listens on the subject: no stream has it, or no JetStream is there now. Passes. */
export class NoStreamListensError extends Error {
  constructor(subject: string) {
    super(`no stream listens on ${subject}`);
    this.name = 'NoStreamListensError';
  }
}

/** What JetStream says about a publish that it refused: the constructor's own parameter. */
type ApiFault = ConstructorParameters<typeof JetStreamApiError>[0];

/**
 * Publishes and awaits JetStream's acks on one inbox of its own for the life of a connection. The client's `request` does the same,
 * at several times the cost: it makes three error objects, with their stacks, for every request that succeeds.
 */
export class AckInbox {
  readonly #prefix: string;
  readonly #waiting = new Map<string, Waiting>();
  #last = 0;

  /** @param inboxPrefix where the user of this connection may hear answers */
  constructor(
    private readonly connection: NatsConnection,
    inboxPrefix: string,
  ) {
    this.#prefix = `${createInbox(inboxPrefix)}.`;
    connection.subscribe(`${this.#prefix}*`, { callback: (_error, message) => this.#hear(message) });
    void connection.closed().then(() => this.#loseAll());
  }

  /**
   * Resolves when the message is stored.
   * @throws JetStreamApiError when it was refused; InvalidArgumentError when it is too large for the server
   * @throws TimeoutError, NoStreamListensError, ClosedConnectionError: whether it is stored, nobody knows
   */
  publish(subject: string, payload: Uint8Array, { headers, timeoutMs }: { headers: MsgHdrs; timeoutMs: number }) {
    return new Promise<PublishAck>((resolve, reject) => {
      const token = (this.#last += 1).toString(36);
      const timer = setTimeout(() => this.#take(token)?.reject(new TimeoutError()), timeoutMs);
      this.#waiting.set(token, { timer, resolve, reject });
      try {
        this.connection.publish(subject, payload, { headers, reply: this.#prefix + token });
      } catch (error) {
        this.#take(token)?.reject(error as Error);
      }
    });
  }

  #hear(message: Msg): void {
    const waiting = this.#take(message.subject.slice(this.#prefix.length));
    if (!waiting) return;
    if (message.data.length === 0) return waiting.reject(new NoStreamListensError(message.subject));
    try {
      const { stream, seq, duplicate = false, error } = message.json<PublishAck & { readonly error?: ApiFault }>();
      if (error) waiting.reject(new JetStreamApiError(error));
      else waiting.resolve({ stream, seq, duplicate });
    } catch (error) {
      waiting.reject(error as Error);
    }
  }

  #take(token: string): Waiting | undefined {
    const waiting = this.#waiting.get(token);
    if (!waiting) return undefined;
    clearTimeout(waiting.timer);
    this.#waiting.delete(token);
    return waiting;
  }

  #loseAll(): void {
    for (const token of [...this.#waiting.keys()]) this.#take(token)?.reject(new ClosedConnectionError());
  }
}
