import { bounded, type CheckResult, retryWithBackoff, toSafeError } from '@homing/service-kit';
import type { Consumer, ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import { abortable } from './abortable.promise.js';
import { stillHolds } from './adrift.consumer.js';
import type { Bus } from './bus.connection.js';
import { handled, observeConsumer, redelivered } from './consumer.metrics.js';
import { bindConsumer, limitsOf } from './durable.consumer.js';
import { HandlerHangsError } from './handler-hangs.error.js';
import { handleMessage, type Handling, retried, type Verdict } from './message.handling.js';

interface InFlight {
  readonly message: JsMsg;
  /** Which of the histories of the stream it belongs to. */
  readonly history: number;
  /** Monotonic ms. */
  readonly since: number;
}

/**
 * How long one pull waits at the server. Heartbeats show that server and consumer are still there: when two in a row are missed, it binds
 * again. After a pull that brought nothing the next waits longer: a process has a dozen consumers, and most of them hear nothing for hours.
 */
const busyPull = { expires: 4_000, idle_heartbeat: 2_000 };
const idlePull = { expires: 12_000, idle_heartbeat: 4_000 };
const rebind = { baseMs: 50, capMs: 2_000 };

/** A verdict that cannot be said now. */
interface Held {
  readonly of: InFlight;
  readonly say: () => void;
}

/**
 * Pulls one durable consumer: never more messages than it may handle at one time, each acked after its handler ended. Whatever
 * happens to the server, the stream or the consumer, it binds again and goes on until stopped.
 */
export class SubjectConsumer {
  readonly #inFlight = new Set<InFlight>();
  /** Taking longer than they may: their messages were handed back, their places are still taken. */
  readonly #hanging = new Set<InFlight>();
  readonly #stopping = new AbortController();
  readonly #limits: ReturnType<typeof limitsOf>;
  /** Verdicts reached while it is unknown whether the stream still is what it was. */
  readonly #held: Held[] = [];
  #bound = false;
  /** The last pull brought nothing. */
  #idle = false;
  /** How often the stream was found to be another, or rolled back. */
  #history = 0;
  #pull: ConsumerMessages | undefined;
  #down = 'not bound yet';
  #wake: (() => void)[] = [];
  #ended: Promise<void> = Promise.resolve();
  #heartbeat: NodeJS.Timeout | undefined;
  #handled = 0;
  readonly #poison = new Map<string, number>();
  #consumer: Consumer | undefined;
  #unmeasure = () => {};

  constructor(
    private readonly bus: Bus,
    private readonly handling: Handling,
  ) {
    this.#limits = limitsOf(handling.extras);
  }

  start(): void {
    this.#heartbeat = setInterval(() => this.#showLife(), this.#limits.ackWaitMs / 3);
    this.#ended = this.#run();
    this.#unmeasure = observeConsumer(this.handling.extras.durable, {
      inFlight: () => this.#inFlight.size,
      hanging: () => this.#hanging.size,
      held: async () => (this.#bound && this.bus.connected ? this.#consumer?.info() : undefined),
    });
  }

  readonly health = (): CheckResult => {
    const hanging = this.#hanging.size;
    const reason = this.#down || (hanging > 0 ? `${hanging} handlers hang` : '');
    return reason ? { status: 'down', reason } : { status: 'up' };
  };

  get stats() {
    return {
      handled: this.#handled,
      inFlight: this.#inFlight.size,
      hanging: this.#hanging.size,
      poison: Object.fromEntries(this.#poison),
      failures: this.handling.failures.counts,
    };
  }

  /** Stops pulling and awaits what is being handled, at most so long. True when all ended. */
  async stop(drainMs: number): Promise<boolean> {
    this.#stopping.abort(new Error('stopping'));
    this.#pull?.stop();
    this.#changed();
    const drained = async () => {
      await this.#ended;
      await this.#until(() => this.#inFlight.size === 0);
    };
    const end = await bounded(drained, drainMs);
    clearInterval(this.#heartbeat);
    this.#unmeasure();
    return end === 'done';
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const work = async () => {
      const consumer = await abortable(bindConsumer(this.bus, this.handling.extras), signal);
      if (!(await abortable(this.#historyStands(), signal))) this.#history += 1;
      this.#idle = false;
      this.#consumer = consumer;
      this.#bound = true;
      this.#down = '';
      for (const { of, say } of this.#held.splice(0)) this.#say(of, say);
      await this.#pullOn(consumer);
    };
    while (!signal.aborted) {
      const onRetry = ({ error }: { error: unknown }) => this.#isDown(error);
      await retryWithBackoff(work, { ...rebind, signal, onRetry }).catch(() => {});
    }
    this.#down = 'stopping';
  }

  /** Whether what this process has taken is still what the stream holds: verdicts on it name sequences, nothing else. */
  async #historyStands(): Promise<boolean> {
    const ours = [...this.#inFlight, ...this.#hanging, ...this.#held.map(({ of }) => of)];
    const newest = ours
      .filter(({ history }) => history === this.#history)
      .reduce<JsMsg | undefined>((last, { message }) => (last && last.seq > message.seq ? last : message), undefined);
    if (!newest || (await stillHolds((await this.bus.api()).manager, newest))) return true;
    const { durable: consumer, stream } = this.handling.extras;
    this.bus.logger.warn(
      { consumer, stream },
      'the stream is not what it was: verdicts on what came before are dropped',
    );
    return false;
  }

  #isDown(error: unknown): void {
    const { type, code } = toSafeError(error);
    const reason = String(code ?? type);
    if (this.#down !== reason)
      this.bus.logger.warn({ err: error, consumer: this.handling.extras.durable }, 'consumer lost, binding again');
    this.#down = reason;
  }

  /** Pulls until stopped or until the connection was renewed. Throws when something is wrong with the consumer. */
  async #pullOn(consumer: Consumer): Promise<void> {
    const { maxInFlight } = this.#limits;
    let over = false;
    const offReconnect = this.bus.onReconnect(() => {
      over = true;
      this.#bound = false;
      this.#pull?.stop();
      this.#changed();
    });
    const isOver = () => over || this.#stopping.signal.aborted;
    const free = () => maxInFlight - this.#inFlight.size - this.#hanging.size;
    try {
      while (!isOver()) {
        // Not a pull for each single message that ends: a quarter at a time.
        await this.#until(() => isOver() || (free() > 0 && free() >= (maxInFlight - this.#hanging.size) / 4));
        if (!isOver()) await this.#pullOnce(consumer, free());
      }
    } finally {
      this.#bound = this.#stopping.signal.aborted;
      offReconnect();
    }
  }

  async #pullOnce(consumer: Consumer, most: number): Promise<void> {
    this.#pull = await consumer.fetch({ max_messages: most, ...(this.#idle ? idlePull : busyPull) });
    this.#idle = true;
    try {
      for await (const message of this.#pull) {
        this.#idle = false;
        if (this.#stopping.signal.aborted) message.nak();
        else void this.#take({ message, history: this.#history, since: performance.now() });
      }
    } finally {
      this.#pull = undefined;
    }
  }

  async #take(taken: InFlight): Promise<void> {
    this.#inFlight.add(taken);
    const { durable: consumer } = this.handling.extras;
    if (taken.message.info.deliveryCount > 1) redelivered.inc({ consumer });
    const done = handled.timer();
    const verdict = await handleMessage(taken.message, this.handling);
    done({ consumer, verdict: verdict.kind });
    this.#inFlight.delete(taken);
    // Handed back before: only what stands now is worth saying.
    const late = this.#hanging.delete(taken);
    if (verdict.kind !== 'nak') this.#handled += 1;
    if (verdict.kind === 'term') this.#poison.set(verdict.reason, (this.#poison.get(verdict.reason) ?? 0) + 1);
    if (!late || verdict.kind !== 'nak') this.#tell(taken, verdict);
    this.#changed();
  }

  #tell(taken: InFlight, verdict: Verdict): void {
    const { message } = taken;
    this.#say(taken, () => (verdict.kind === 'nak' ? message.nak(verdict.delayMs) : message[verdict.kind]()));
  }

  /** A handler that does not end: its message is delivered again, to this process or another, and it is heard of. */
  #handBack(taken: InFlight): void {
    this.#inFlight.delete(taken);
    this.#hanging.add(taken);
    this.#tell(taken, retried(taken.message, new HandlerHangsError(this.#limits.maxHandlingMs), this.handling));
    this.#changed();
  }

  #showLife(): void {
    const hangsSince = performance.now() - this.#limits.maxHandlingMs;
    for (const taken of this.#inFlight) if (taken.since < hangsSince) this.#handBack(taken);
    if (!this.#bound || !this.bus.connected) return;
    for (const taken of this.#inFlight) this.#say(taken, () => taken.message.working());
  }

  /**
   * Says it to the server: now, or when bound again. Never when stream or consumer were made anew or rolled back since: their
   * sequences begin again, so it would be about other messages.
   */
  #say(of: InFlight, say: () => void): void {
    if (of.history !== this.#history) return;
    if (!this.#bound || !this.bus.connected) return void this.#held.push({ of, say });
    try {
      say();
    } catch (error) {
      // The connection is closed: the server hears nothing and redelivers.
      this.bus.logger.warn({ err: error, consumer: this.handling.extras.durable }, 'ack could not be sent');
    }
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#wake.push(resolve));
  }

  #changed(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}
