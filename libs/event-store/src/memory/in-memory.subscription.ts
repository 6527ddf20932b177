import type { RecordedEvent, SubscribeOptions } from '../event-store.port.js';
import { subscriptionDefaults } from '../subscription.policy.js';
import { backoffMs } from '../backoff.policy.js';
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

  constructor(private readonly parts: InMemorySubscriptionParts) {
    this.done = this.run();
    this.done.catch(() => undefined);
  }

  wake(): void {
    this.ring();
  }

  async stop(): Promise<void> {
    this.stopping = true;
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
      await this.offer({ events, position, caughtUp });
      live = caughtUp;
    }
  }

  private async offer(batch: Parameters<SubscribeOptions['onBatch']>[0]): Promise<void> {
    const { options, delay } = this.parts;
    for (let failures = 1; ; failures += 1) {
      try {
        return await options.onBatch(batch);
      } catch (error) {
        if (this.stopping) return;
        const retryInMs = backoffMs(failures, subscriptionDefaults.backoff, () => 1);
        options.onTrouble?.({ kind: 'batch_rejected', error, retryInMs });
        await Promise.race([delay(retryInMs), new Promise<void>((resolve) => (this.ring = resolve))]);
        if (this.stopping) return;
      }
    }
  }
}
