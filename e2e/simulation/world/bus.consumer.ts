import type { CloudEvent } from '@homing/contracts';
import type { JetStreamContext, JsEventOptions } from '@homing/messaging';
import type { JsMsg } from '@nats-io/jetstream';
import { FailureCounter } from '../../../libs/messaging/src/failure.counter.js';
import { handleMessage, type Verdict } from '../../../libs/messaging/src/message.handling.js';
import type { Life } from '../engine/process.life.js';
import type { BusParts } from './sim.bus.js';

export type Handler = (event: CloudEvent<never>, context: JetStreamContext) => Promise<void>;

/** A message as a stream holds it. */
export interface Stored {
  readonly subject: string;
  readonly bytes: Uint8Array;
  readonly msgId: string;
  readonly replyTo: string | undefined;
  readonly seq: number;
  readonly at: number;
}

interface Pending {
  readonly message: Stored;
  deliveries: number;
  /** How often it is out or on its way at this moment: repeats that repeat would become a flood. */
  lines: number;
}

const MOST_LINES = 3;

/** What is told to the stream. */
export interface ConsumerEnds {
  gone(message: Stored): void;
  bury(message: Stored, reason: string): void;
}

/** One durable consumer: each message goes to some process of the service until one of them has acknowledged it. */
export class BusConsumer {
  readonly stream: string;
  readonly subject: string;
  readonly #members: { readonly life: Life; readonly handler: Handler }[] = [];
  #pending = new Map<number, Pending>();
  /** Grows when the stream was lost: acks of messages before that say nothing about those after it. */
  #incarnation = 0;

  constructor(
    private readonly parts: BusParts,
    private readonly extras: JsEventOptions & { readonly subject: string },
    private readonly ends: ConsumerEnds,
  ) {
    this.stream = extras.stream;
    this.subject = extras.subject;
  }

  join(life: Life, handler: Handler): void {
    this.#members.push({ life, handler });
  }

  offer(message: Stored): void {
    const pending = { message, deliveries: 0, lines: 1 };
    this.#pending.set(message.seq, pending);
    this.#later(pending, this.#shuffle());
  }

  reset(): void {
    this.#incarnation += 1;
    this.#pending = new Map();
  }

  #later(pending: Pending, ms: number): void {
    const { time } = this.parts;
    const incarnation = this.#incarnation;
    time.after(ms, () => {
      if (incarnation === this.#incarnation && this.#pending.has(pending.message.seq)) this.#deliver(pending);
    });
  }

  #deliver(pending: Pending): void {
    const { random, faults, trace } = this.parts;
    // Who is frozen pulls nothing.
    const there = this.#members.filter(({ life }) => life.alive && !life.frozen);
    if (faults.isDown('bus') || there.length === 0) return this.#later(pending, random.between(1_000, 10_000));
    pending.deliveries += 1;
    const member = random.pick(there);
    const { durable, ackWaitMs = 30_000 } = this.extras;
    const name = `${durable} ${trace.short('m', pending.message.msgId)}#${pending.deliveries}`;
    if (random.chance(faults.now.drop)) {
      trace.say(member.life.name, `${name} is lost on its way`);
      return this.#later(pending, ackWaitMs);
    }
    this.#handle(member, pending, name);
    if (pending.lines < MOST_LINES && random.chance(faults.now.duplicate)) {
      pending.lines += 1;
      this.#later(pending, this.#shuffle());
    }
  }

  #handle({ life, handler }: { life: Life; handler: Handler }, pending: Pending, name: string): void {
    const { random, faults, trace } = this.parts;
    const { ackWaitMs = 30_000 } = this.extras;
    const incarnation = this.#incarnation;
    // Whoever ends first, the handler or the server's patience, says how it goes on.
    let over = false;
    // The server redelivers what nobody shows a sign of life for.
    const watch = (): void =>
      void this.parts.time.after(ackWaitMs, () => {
        if (over || incarnation !== this.#incarnation || !this.#pending.has(pending.message.seq)) return;
        if (life.alive && !life.frozen && !random.chance(faults.now.ackLost)) return watch();
        over = true;
        this.#deliver(pending);
      });
    watch();
    if (this.parts.ackFirst) this.#settle(pending, { kind: 'ack' });
    life.within(() => {
      void this.#verdict(handler, pending).then((verdict) =>
        life.within(() => {
          const late = over;
          over = true;
          trace.say(life.name, `${name} -> ${verdict.kind}${verdict.kind === 'nak' ? ` for ${verdict.delayMs}` : ''}`);
          if (incarnation !== this.#incarnation || (late && verdict.kind === 'nak')) return;
          if (late || !random.chance(faults.now.ackLost)) this.#settle(pending, verdict);
          else this.#later(pending, ackWaitMs);
        }),
      );
    });
  }

  #settle(pending: Pending, verdict: Verdict): void {
    if (verdict.kind === 'nak') return this.#later(pending, verdict.delayMs);
    if (this.#pending.delete(pending.message.seq)) this.ends.gone(pending.message);
  }

  #verdict(handler: Handler, pending: Pending): Promise<Verdict> {
    return handleMessage(asJsMsg(this.extras, pending), {
      extras: this.extras,
      handle: (event, context) => handler(event as CloudEvent<never>, context),
      bury: async (_message, poison) => this.ends.bury(pending.message, poison.reason),
      failures: new FailureCounter({ warn: () => undefined } as never, this.extras.durable),
      backoff: { baseMs: 250, capMs: 30_000, random: this.parts.random.next },
    });
  }

  #shuffle(): number {
    return this.parts.random.skewed(this.parts.faults.now.shuffleMs);
  }
}

/** As much of a JetStream message as the product's handling looks at. */
function asJsMsg({ durable, stream }: JsEventOptions, { message, deliveries }: Pending): JsMsg {
  const headers: Readonly<Record<string, string | undefined>> = {
    'Nats-Msg-Id': message.msgId,
    'Homing-Reply-To': message.replyTo,
  };
  const at = new Date(message.at);
  return {
    subject: message.subject,
    data: message.bytes,
    headers: { get: (name: string) => headers[name] ?? '' },
    info: { stream, consumer: durable, streamSequence: message.seq, deliveryCount: deliveries },
    time: at,
    timestamp: at.toISOString(),
  } as unknown as JsMsg;
}
