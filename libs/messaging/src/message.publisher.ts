import { type CloudEvent, REPLY_TO_HEADER } from '@homing/contracts';
import { JetStreamApiError } from '@nats-io/jetstream';
import { retryWithBackoff, toSafeError } from '@homing/service-kit';
import { headers as newHeaders, InvalidArgumentError } from '@nats-io/transport-node';
import { abortable } from './abortable.promise.js';
import { published, publishRetries } from './bus.metrics.js';
import type { Bus, BusApi } from './bus.connection.js';
import type { Settled } from './batch.collector.js';
import { encodeCloudEvent } from './cloud-event.format.js';
import { messageId } from './message.id.js';
import { publishTraced } from './message.tracing.js';

export interface PublishOptions {
  /** Begins the message id, so that tenants never deduplicate each other. */
  readonly tenantId: string;
  /** What must not be stored twice: same tenant and key within the stream's window is stored once. */
  readonly key: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where an answer is awaited: `ReplyInbox.expect(...).replyTo`. */
  readonly replyTo?: string;
  /** Stored only where the subject's last message has this sequence (0: none); else refused. */
  readonly after?: number;
}

export interface Outgoing extends PublishOptions {
  readonly subject: string;
  readonly event: CloudEvent;
}

/** Stored. `duplicate` when the same message id was stored before; `seq` is then the first one's. */
export interface PublishAck {
  readonly stream: string;
  readonly seq: number;
  readonly duplicate: boolean;
}

/** The bus refused (stream full, message too large for it): nothing was stored. Retrying helps only after something changes. */
export class PublishRefusedError extends Error {
  readonly safeMessage = true;
  readonly code = 'PUBLISH_REFUSED';

  constructor(subject: string, cause: Refusal) {
    super(`the bus refused ${subject} (${cause instanceof JetStreamApiError ? cause.code : 'too large'})`, { cause });
    this.name = 'PublishRefusedError';
  }
}

/** No ack in time: stored or not, nobody knows. Publishing again with the same tenant and key is safe within the window. */
export class PublishUnknownError extends Error {
  readonly safeMessage = true;
  readonly code = 'PUBLISH_UNKNOWN';

  constructor(subject: string, cause: unknown) {
    super(`no ack from the bus for ${subject} (${toSafeError(cause).type})`, { cause });
    this.name = 'PublishUnknownError';
  }
}

interface RawMessage {
  readonly msgId: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface PublisherOptions {
  /** Wait for one ack in milliseconds. Default 2 000. */
  readonly ackTimeoutMs?: number;
  /** Wait over all tries in milliseconds, well within the duplicate window. Default 15 000. */
  readonly deadlineMs?: number;
}

/** Publishes with JetStream's ack: what resolved is stored. An unknown outcome is retried with the same message id. */
export class Publisher {
  readonly #ackTimeoutMs: number;
  readonly #deadlineMs: number;
  #retries = 0;

  constructor(
    private readonly bus: Bus,
    options: PublisherOptions = {},
  ) {
    this.#ackTimeoutMs = options.ackTimeoutMs ?? 2_000;
    this.#deadlineMs = options.deadlineMs ?? 15_000;
  }

  /** How often a message was sent again because no ack came. */
  get retries(): number {
    return this.#retries;
  }

  /** Resolves when the event is stored. Rejects with `PublishRefusedError` or `PublishUnknownError`. */
  publish(subject: string, event: CloudEvent, options: PublishOptions): Promise<PublishAck> {
    const { tenantId, key, headers = {}, replyTo, after } = options;
    const all = {
      ...headers,
      ...(replyTo ? { [REPLY_TO_HEADER]: replyTo } : {}),
      ...(after === undefined ? {} : { 'Nats-Expected-Last-Subject-Sequence': String(after) }),
    };
    const message = { msgId: messageId(tenantId, key), headers: all };
    return publishTraced(subject, event, (traced) => this.publishBytes(subject, encodeCloudEvent(traced), message));
  }

  /** Publishes side by side, at most `window` unacknowledged; one result per message, in order. Default window 256. */
  async publishMany(messages: readonly Outgoing[], window = 256): Promise<Settled<PublishAck>[]> {
    const results: Settled<PublishAck>[] = [];
    const left = messages.entries();
    const lane = async () => {
      for (const [index, { subject, event, ...options }] of left) {
        [results[index]] = (await Promise.allSettled([this.publish(subject, event, options)])) as [Settled<PublishAck>];
      }
    };
    await Promise.all(Array.from({ length: Math.min(window, messages.length) }, lane));
    return results;
  }

  /** For bytes that are no CloudEvent (sealed dead letters). The message id is taken as it is. */
  async publishBytes(subject: string, payload: Uint8Array, message: RawMessage): Promise<PublishAck> {
    const done = published.timer();
    try {
      const ack = await this.#publish(subject, payload, message);
      done({ subject, outcome: ack.duplicate ? 'duplicate' : 'stored' });
      return ack;
    } catch (error) {
      done({ subject, outcome: error instanceof PublishRefusedError ? 'refused' : 'unknown' });
      throw error;
    }
  }

  async #publish(subject: string, payload: Uint8Array, message: RawMessage): Promise<PublishAck> {
    const carried = newHeaders();
    for (const [name, value] of Object.entries(message.headers ?? {})) carried.set(name, value);
    carried.set('Nats-Msg-Id', message.msgId);
    const options = { headers: carried, timeoutMs: this.#ackTimeoutMs };
    const tryOnce = ({ acks }: BusApi) => acks.publish(subject, payload, options);
    try {
      if (this.bus.connected) return await tryOnce(await this.bus.api());
    } catch (error) {
      if (isRefusal(error)) throw new PublishRefusedError(subject, error);
      this.#noteRetry();
    }
    return this.#insist(subject, tryOnce);
  }

  #noteRetry(): void {
    this.#retries += 1;
    publishRetries.inc();
  }

  /** The bus is away or an ack did not come: the same message again until the deadline. */
  async #insist(subject: string, tryOnce: (api: BusApi) => Promise<PublishAck>): Promise<PublishAck> {
    const signal = AbortSignal.any([AbortSignal.timeout(this.#deadlineMs), this.bus.closed]);
    let last: unknown;
    const onRetry = ({ error, attempt }: { error: unknown; attempt: number }) => {
      last = error;
      this.#noteRetry();
      // The stream itself may be gone: whoever may make it does so before the next try.
      if (attempt % 4 === 0) void this.bus.repair().catch(() => {});
    };
    const retryable = (error: unknown) => !isRefusal(error) && !signal.aborted;
    const retry = { baseMs: 50, capMs: 1_000, signal, retryable, onRetry };
    return retryWithBackoff(async () => tryOnce(await abortable(this.bus.api(), signal)), retry).catch(
      (error: unknown) => {
        if (isRefusal(error)) throw new PublishRefusedError(subject, error);
        throw new PublishUnknownError(subject, last ?? error);
      },
    );
  }
}

/** No cluster leader, no JetStream yet: states that pass. Every other answer of the JetStream API is final. */
const passing = new Set([10_008, 10_009, 10_076]);
/** The client itself refuses what is beyond the server's `max_payload`. */
type Refusal = JetStreamApiError | InvalidArgumentError;
const isRefusal = (error: unknown): error is Refusal =>
  error instanceof InvalidArgumentError || (error instanceof JetStreamApiError && !passing.has(error.code));
