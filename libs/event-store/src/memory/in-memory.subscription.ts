import type { RecordedEvent, SubscribeOptions } from '../event-store.port.js';
import { subscriptionDefaults } from '../subscription.policy.js';
import { offerUntilTaken } from '../batch.offer.js';
import type { OfferParts } from '../batch.offer.js';
import type { EventLog, LoggedEvent } from './event-log.js';

export interface InMemorySubscriptionParts {
  options: SubscribeOptions;
  log: EventLog;
  delay(milliseconds: number): Promise<void>;
  recorded(event: LoggedEvent): RecordedEvent;
}

/** Walks the log, one batch at a time, and sleeps on a promise until the next append wakes it. */
export class InMemorySubscription {
  readonly done: Promise<void>;
  private stopping = false;
  private ring: () => void = () => undefined;
  private halt: () => void = () => undefined;
  private readonly offering: OfferParts;

  constructor(private readonly parts: InMemorySubscriptionParts) {
    const halted = new Promise<void>((resolve) => (this.halt = resolve));
    this.offering = {
      options: parts.options,
      wait: (ms) => Promise.race([parts.delay(ms), halted]),
      stopped: () => this.stopping,
      random: () => 1,
    };
    this.done = this.run();
  }

  wake(): void {
    this.ring();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.halt();
    this.ring();
    await this.done.catch(() => undefined);
  }

  private async run(): Promise<void> {
    const { log, options, recorded } = this.parts;
    const maxBatch = options.maxBatch ?? subscriptionDefaults.maxBatch;
    let position = options.from === 'start' ? 0n : options.from;
    let live = false;
    await Promise.resolve();
    while (!this.stopping) {
      const from = log.after(position);
      const events = log.all.slice(from, from + maxBatch).map(recorded);
      const caughtUp = from + events.length === log.all.length;
      if (events.length === 0 && live) {
        await new Promise<void>((resolve) => (this.ring = resolve));
        continue;
      }
      position = events.at(-1)?.position ?? position;
      if (!(await offerUntilTaken({ events, position, caughtUp }, this.offering))) return;
      live = caughtUp;
    }
  }
}
