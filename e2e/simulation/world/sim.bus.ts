import 'reflect-metadata';
import {
  DispatchWindow,
  encodeCloudEvent,
  messageId,
  PublishRefusedError,
  PublishUnknownError,
  type JsEventOptions,
  type Outgoing,
  type PublishAck,
  type Settled,
} from '@homing/messaging';
import { BUS_STREAMS } from '@homing/contracts';
import { PATTERN_EXTRAS_METADATA } from '@nestjs/microservices/constants.js';
import { streamConfigs } from '../../../libs/messaging/src/stream.topology.js';
import type { Life } from '../engine/process.life.js';
import type { Random } from '../engine/random.source.js';
import type { Trace } from '../engine/trace.log.js';
import type { VirtualTime } from '../engine/virtual.time.js';
import { BusConsumer, type Handler, type Stored } from './bus.consumer.js';
import type { Faults } from './fault.profile.js';
import type { Network } from './sim.network.js';

export interface BusParts {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly trace: Trace;
  readonly faults: Faults;
  readonly network: Network;
  /** A planted bug: messages are acknowledged before they are handled. */
  readonly ackFirst?: boolean;
}

export interface PublisherPort {
  publishMany(messages: readonly Outgoing[]): Promise<Settled<PublishAck>[]>;
}

interface Stream {
  readonly name: string;
  readonly subjects: readonly string[];
  readonly workQueue: boolean;
  readonly repeatWindowMs: number;
  readonly messages: Map<number, Stored>;
  readonly recent: Map<string, { readonly seq: number; readonly at: number }>;
  last: number;
}

/**
 * JetStream behind a network that fails, with the streams the product asks for. Deliveries are at least once and in any order;
 * whoever subscribes is found by the product's own `@JsEvent` marks.
 */
export class SimBus {
  #streams: Map<string, Stream>;
  readonly #consumers = new Map<string, BusConsumer>();
  #snapshot: Map<string, Stream> | undefined;
  /** Messages given up as poison: consumer, reason. */
  readonly deadLetters: { readonly consumer: string; readonly reason: string; readonly message: Stored }[] = [];
  /** Each message that was stored, repeats left out. */
  readonly stored: (Stored & { readonly stream: string })[] = [];
  /** True once the bus has forgotten something. */
  lossy = false;

  constructor(private readonly parts: BusParts) {
    this.#streams = emptyStreams();
  }

  /** Everything a service's controller subscribes to, as its decorators say. */
  subscribe(life: Life, controller: object): void {
    const prototype = Object.getPrototypeOf(controller) as Record<string, unknown>;
    for (const name of Object.getOwnPropertyNames(prototype)) {
      const method = prototype[name];
      if (typeof method !== 'function' || name === 'constructor') continue;
      const extras = Reflect.getMetadata(PATTERN_EXTRAS_METADATA, method) as
        (JsEventOptions & { subject: string }) | undefined;
      if (!extras) continue;
      const handler: Handler = (event, context) => (method as Handler).call(controller, event, context);
      this.#consumerOf(extras).join(life, handler);
    }
  }

  publisherPort(life: Life): PublisherPort {
    return {
      publishMany: (messages) => Promise.all(messages.map((message) => this.#settle(life, message))),
    };
  }

  /** The product's own dispatch window over the simulated stream. */
  window(life: Life, size: number): DispatchWindow {
    const info = (name: string): Promise<unknown> =>
      this.parts.network.call(life, {
        to: 'bus',
        what: '',
        effect: () => {
          const messages = [...(this.#streams.get(name)?.messages.values() ?? [])];
          const counts = Map.groupBy(messages, (message) => message.subject);
          const subjects = Object.fromEntries([...counts].map(([subject, all]) => [subject, all.length]));
          return { state: { messages: messages.length, subjects } };
        },
        refused: () => new Error('simulated'),
      });
    const bus = { api: () => Promise.resolve({ manager: { streams: { info } } }) };
    return new DispatchWindow(bus as unknown as ConstructorParameters<typeof DispatchWindow>[0], {
      stream: BUS_STREAMS.dispatch,
      subjects: 'delivery.dispatch.*',
      size,
      now: () => this.parts.time.now,
    });
  }

  /** Loses every stream, as a lost disk does. */
  wipe(): void {
    this.parts.trace.say('bus', 'loses everything');
    this.lossy = true;
    this.#streams = emptyStreams();
    for (const consumer of this.#consumers.values()) consumer.reset();
  }

  takeSnapshot(): void {
    this.#snapshot = copyStreams(this.#streams);
  }

  /** Goes back to the last snapshot: what was acknowledged since is there again, what was stored since is not. */
  rollBack(): void {
    if (!this.#snapshot) return;
    this.parts.trace.say('bus', 'is set back');
    this.lossy = true;
    this.#streams = copyStreams(this.#snapshot);
    for (const consumer of this.#consumers.values()) consumer.reset();
    for (const stream of this.#streams.values())
      for (const message of stream.messages.values()) this.#offer(stream, message);
  }

  async #settle(life: Life, message: Outgoing): Promise<Settled<PublishAck>> {
    const { network, trace } = this.parts;
    const { subject, tenantId, key, event, replyTo } = message;
    const bytes = encodeCloudEvent(event);
    const msgId = messageId(tenantId, key);
    try {
      const value = await network.call(life, {
        to: 'bus',
        what: `publish ${subject} ${trace.short('m', msgId)}`,
        effect: () => this.#store({ subject, bytes, msgId, replyTo }),
        refused: () => new PublishRefusedError(subject, new Error('simulated') as never),
        unknown: () => new PublishUnknownError(subject, new Error('simulated')),
        tell: (ack) => (ack.duplicate ? `repeat of ${ack.seq}` : `${ack.seq}`),
      });
      return { status: 'fulfilled', value };
    } catch (reason) {
      return { status: 'rejected', reason };
    }
  }

  #store({ subject, bytes, msgId, replyTo }: Pick<Stored, 'subject' | 'bytes' | 'msgId' | 'replyTo'>): PublishAck {
    const stream = [...this.#streams.values()].find(({ subjects }) => subjects.some((each) => matches(each, subject)));
    if (!stream) throw new Error(`no stream takes ${subject}`);
    const at = this.parts.time.now;
    const before = stream.recent.get(msgId);
    if (before && at - before.at < stream.repeatWindowMs)
      return { stream: stream.name, seq: before.seq, duplicate: true };
    const seq = (stream.last += 1);
    stream.recent.set(msgId, { seq, at });
    const message: Stored = { subject, bytes, msgId, replyTo, seq, at };
    stream.messages.set(seq, message);
    this.stored.push({ ...message, stream: stream.name });
    this.#offer(stream, message);
    return { stream: stream.name, seq, duplicate: false };
  }

  #offer(stream: Stream, message: Stored): void {
    for (const consumer of this.#consumers.values()) {
      if (consumer.stream === stream.name && matches(consumer.subject, message.subject)) consumer.offer(message);
    }
  }

  #consumerOf(extras: JsEventOptions & { subject: string }): BusConsumer {
    const known = this.#consumers.get(extras.durable);
    if (known) return known;
    const consumer = new BusConsumer(this.parts, extras, {
      gone: ({ seq }) => {
        const stream = this.#streams.get(extras.stream);
        if (stream?.workQueue) stream.messages.delete(seq);
      },
      bury: (message, reason) => this.deadLetters.push({ consumer: extras.durable, reason, message }),
    });
    this.#consumers.set(extras.durable, consumer);
    for (const message of this.#streams.get(extras.stream)?.messages.values() ?? []) {
      if (matches(extras.subject, message.subject)) consumer.offer(message);
    }
    return consumer;
  }
}

function emptyStreams(): Map<string, Stream> {
  return new Map(
    streamConfigs().map(({ name, subjects, retention, duplicate_window }) => [
      name,
      {
        name,
        subjects,
        workQueue: String(retention) === 'workqueue',
        repeatWindowMs: Number(duplicate_window) / 1_000_000,
        messages: new Map(),
        recent: new Map(),
        last: 0,
      },
    ]),
  );
}

const copyStreams = (streams: ReadonlyMap<string, Stream>): Map<string, Stream> =>
  new Map([...streams].map(([name, s]) => [name, { ...s, messages: new Map(s.messages), recent: new Map(s.recent) }]));

function matches(pattern: string, subject: string): boolean {
  const [wanted, given] = [pattern.split('.'), subject.split('.')];
  return (
    wanted.every((part, i) => part === '>' || (given[i] !== undefined && (part === '*' || part === given[i]))) &&
    (wanted.at(-1) === '>' || wanted.length === given.length)
  );
}
