import type { CloudEvent } from '@homing/contracts';
import type { Backoff, CheckResult } from '@homing/service-kit';
import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import { deadLettered } from './bus.metrics.js';
import type { Bus } from './bus.connection.js';
import { deadLetterOf, publishDeadLetter, type SealLetter } from './dead-letter.publisher.js';
import { FailureCounter } from './failure.counter.js';
import type { JetStreamContext } from './jetstream.context.js';
import { JETSTREAM, type JsEventExtras } from './js-event.decorator.js';
import type { Handling } from './message.handling.js';
import { Publisher } from './message.publisher.js';
import { SubjectConsumer } from './subject.consumer.js';

export interface JetStreamServerOptions {
  readonly bus: Bus;
  /** Seals poison messages for the dead letters. */
  readonly seal: SealLetter;
  /** Bound in milliseconds for messages being handled when the service stops. Default 9 000 (below `runService`'s own 10 000). */
  readonly drainMs?: number;
  /** Waits between tries of one message. Default: full jitter, doubling from 250 ms to 30 s, without limit of tries. */
  readonly backoff?: Backoff;
}

/**
 * Nest transport on JetStream pull consumers: `runService({ strategies: [new JetStreamServer({ bus, seal })] })`. Every handler has its
 * own durable consumer and its own limit, so a flood on one subject does not hold up another. Booting does not wait for the bus.
 * Does not own the bus: close it in `onApplicationShutdown`.
 */
export class JetStreamServer extends Server implements CustomTransportStrategy {
  override readonly transportId = JETSTREAM;
  override readonly propagatesEventHandlerErrors = true;
  readonly #options: Required<JetStreamServerOptions>;
  readonly #consumers = new Map<string, SubjectConsumer>();
  #closing: Promise<void> | undefined;

  constructor(options: JetStreamServerOptions) {
    super();
    this.#options = { drainMs: 9_000, backoff: { baseMs: 250, capMs: 30_000 }, ...options };
  }

  override addHandler(
    pattern: unknown,
    handler: MessageHandler,
    isEventHandler = false,
    extras: Record<string, unknown> = {},
  ): void {
    if (this.messageHandlers.has(this.normalizePattern(pattern as string)))
      throw new TypeError(`two handlers share the durable ${String(pattern)}`);
    super.addHandler(pattern, handler, isEventHandler, extras);
  }

  listen(callback: () => void): void {
    const { bus } = this.#options;
    const publisher = new Publisher(bus);
    for (const [durable, handler] of this.messageHandlers) {
      const consumer = new SubjectConsumer(bus, this.#handlingOf(handler, publisher));
      this.#consumers.set(durable, consumer);
      consumer.start();
    }
    callback();
  }

  /** Stops pulling, awaits messages being handled (bounded), sends the last acks. Repeated calls share one close. */
  close(): Promise<void> {
    this.#closing ??= this.#drain();
    return this.#closing;
  }

  /** Made for `Readiness.add('consumers', server.health)`: down until every consumer is bound. */
  readonly health = (): CheckResult => {
    for (const [durable, consumer] of this.#consumers) {
      const result = consumer.health();
      if (result.status === 'down') return { status: 'down', reason: `${durable}: ${result.reason}` };
    }
    return this.#consumers.size > 0 ? { status: 'up' } : { status: 'down', reason: 'not listening' };
  };

  /** By durable: messages done (poison included, and that by reason), in flight and hanging now, failures by class of error. */
  get stats(): Readonly<Record<string, SubjectConsumer['stats']>> {
    return Object.fromEntries([...this.#consumers].map(([durable, consumer]) => [durable, consumer.stats]));
  }

  on(): never {
    throw new TypeError('JetStreamServer has no events; see health and stats');
  }

  unwrap<T = Bus>(): T {
    return this.#options.bus as T;
  }

  #handlingOf(handler: MessageHandler, publisher: Publisher): Handling {
    const { bus, seal, backoff } = this.#options;
    const extras = handler.extras as unknown as JsEventExtras;
    return {
      extras,
      backoff,
      handle: (event, context) => this.#handle(handler, event, context),
      bury: async (message, poison) => {
        const { stream, streamSequence } = message.info;
        const { reason, faults } = poison;
        // What was never read cannot be kept: of a stream read by its headers alone, that stream keeps it.
        const kept = extras.headersOnly
          ? 'where it was'
          : await publishDeadLetter(publisher, seal, deadLetterOf(message, poison));
        deadLettered.inc({ consumer: extras.durable, reason });
        bus.logger.warn(
          { consumer: extras.durable, stream, streamSequence, reason, faults, kept },
          'poison, kept as a dead letter',
        );
      },
      failures: new FailureCounter(bus.logger, extras.durable),
    };
  }

  #handle(handler: MessageHandler, event: CloudEvent | undefined, context: JetStreamContext): Promise<void> {
    return new Promise((resolve, reject) => {
      const run = async (end: () => void) => {
        try {
          const result: unknown = await handler(event, context);
          if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
          resolve();
        } catch (error) {
          reject(error as Error);
        } finally {
          end();
        }
      };
      this.runWithProcessingHooks(context, run);
    });
  }

  async #drain(): Promise<void> {
    const { bus, drainMs } = this.#options;
    const ends = await Promise.all(
      [...this.#consumers].map(async ([durable, consumer]) => ({ durable, done: await consumer.stop(drainMs) })),
    );
    const cut = ends.filter(({ done }) => !done).map(({ durable }) => durable);
    if (cut.length > 0)
      bus.logger.warn({ consumers: cut }, 'stopped while messages were being handled; they will be redelivered');
    await bus.flush();
  }
}
