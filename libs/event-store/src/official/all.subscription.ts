import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '../backoff.policy.js';
import { offerUntilTaken } from '../batch.offer.js';
import { EventStoreUnavailableError } from '../event-store.errors.js';
import type { SubscribeOptions, Subscription } from '../event-store.port.js';
import { subscriptionDefaults } from '../subscription.policy.js';
import type { Upcast } from '../upcasters.js';
import { AllSession } from './all.session.js';
import type { Taken } from './all.session.js';
import type { ClientHolder } from './client.internals.js';
import { recordedEventOf } from './recorded.event.js';

/**
 * Keeps one reader of `$all` going over any number of lost connections: always from the last position its caller
 * took, so there is no gap; never again what stands at or before it, so there is no repeat.
 */
export class AllSubscription implements Subscription {
  readonly done: Promise<void>;
  private readonly halt = new AbortController();
  private readonly maxBatch: number;
  private readonly lingerMs: number;
  private position: bigint | 'start';
  private dropped = 0;

  constructor(
    private readonly holder: ClientHolder,
    private readonly options: SubscribeOptions,
    private readonly upcast: Upcast,
  ) {
    this.position = options.from;
    this.maxBatch = options.maxBatch ?? subscriptionDefaults.maxBatch;
    this.lingerMs = options.lingerMs ?? subscriptionDefaults.lingerMs;
    this.done = this.run();
  }

  async stop(): Promise<void> {
    this.halt.abort();
    await this.done.catch(() => undefined);
  }

  private async run(): Promise<void> {
    while (!this.stopped()) {
      const session = new AllSession(this.holder.current(), this.position, 2 * this.maxBatch);
      const close = (): void => session.close();
      this.halt.signal.addEventListener('abort', close, { once: true });
      try {
        await this.follow(session);
      } catch (error) {
        if (!(error instanceof EventStoreUnavailableError)) throw error;
        await this.pauseAfterDrop(error);
      } finally {
        this.halt.signal.removeEventListener('abort', close);
        session.close();
      }
    }
  }

  private async follow(session: AllSession): Promise<void> {
    while (!this.stopped()) {
      const taken = await session.take(this.maxBatch, this.lingerMs);
      if (this.stopped() || !(await this.hand(taken))) return;
      this.dropped = 0;
    }
  }

  /** True once the caller has taken it; the position moves only then. */
  private async hand(taken: Taken): Promise<boolean> {
    const last = this.position === 'start' ? -1n : this.position;
    const fresh = taken.events.filter((event) => event.position > last);
    const position = taken.position !== undefined && taken.position > last ? taken.position : last;
    const events = fresh.map((event) => recordedEventOf(event, this.upcast));
    const { options } = this;
    const batch = { events, position: position < 0n ? 0n : position, caughtUp: taken.caughtUp };
    const wait = (ms: number): Promise<void> => this.wait(ms);
    if (!(await offerUntilTaken(batch, { options, wait, stopped: () => this.stopped() }))) return false;
    if (position >= 0n) this.position = position;
    return true;
  }

  private async pauseAfterDrop(error: EventStoreUnavailableError): Promise<void> {
    if (this.stopped()) return;
    this.dropped += 1;
    const retryInMs = backoffMs(this.dropped, subscriptionDefaults.backoff);
    this.options.onTrouble?.({ kind: 'dropped', error, retryInMs });
    await this.wait(retryInMs);
  }

  private stopped(): boolean {
    return this.halt.signal.aborted;
  }

  private async wait(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { signal: this.halt.signal }).catch(() => undefined);
  }
}
