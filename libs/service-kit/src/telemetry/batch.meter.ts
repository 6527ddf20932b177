import { gauge, histogram } from './metric.factory.js';

/** What is told of everything of one name together: queues whose items are worked on several at a time. */
export interface BatchMeter {
  /** Items that wait now; the owner counts up and down. */
  waiting: number;
  /** A batch begins; how long each of its items has waited, in seconds. */
  started(waitedSeconds: readonly number[]): void;
}

export interface BatchMeterOptions {
  /** `homing_collector` makes `homing_collector_waiting`, `_wait_seconds` and `_batch_size`, each with the label `name`. */
  readonly prefix: string;
  /** What the items wait in: `their micro-batch`. */
  readonly place: string;
}

/** One meter for each name, however many queues of that name come and go. */
export function batchMeters({ prefix, place }: BatchMeterOptions): (name: string) => BatchMeter {
  const labels = { name: 'open' } as const;
  const waiting = gauge({ name: `${prefix}_waiting`, help: `Items that wait in this process for ${place}.`, labels });
  const waits = histogram({ name: `${prefix}_wait_seconds`, help: `How long one item waited for ${place}.`, labels });
  const sizes = histogram({
    name: `${prefix}_batch_size`,
    help: `Items in ${place} when its work began.`,
    labels,
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
  });
  const meters = new Map<string, BatchMeter>();
  const begin = (name: string): BatchMeter => {
    const meter: BatchMeter = {
      waiting: 0,
      started: (waited) => {
        sizes.observe(waited.length, { name });
        for (const seconds of waited) waits.observe(seconds, { name });
      },
    };
    waiting.observe(() => meter.waiting, { name });
    meters.set(name, meter);
    return meter;
  };
  return (name) => meters.get(name) ?? begin(name);
}
