import { gauge, histogram } from '@homing/service-kit/telemetry';

const waiting = gauge({
  name: 'homing_collector_waiting',
  help: 'Items that wait in the process for their micro-batch.',
  labels: { collector: 'open' },
});

const waits = histogram({
  name: 'homing_collector_wait_seconds',
  help: 'How long one item waited for its micro-batch to start.',
  labels: { collector: 'open' },
});

const sizes = histogram({
  name: 'homing_collector_batch_size',
  help: 'Items in one micro-batch.',
  labels: { collector: 'open' },
  buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
});

/** What is told of all collectors of one name together. */
export interface CollectorMeter {
  waiting: number;
  started(waitedSeconds: readonly number[]): void;
}

const meters = new Map<string, CollectorMeter>();

/** One for each name, however many collectors come and go. */
export function meterOf(collector: string): CollectorMeter {
  const known = meters.get(collector);
  if (known) return known;
  const labels = { collector };
  const meter: CollectorMeter = {
    waiting: 0,
    started: (waited) => {
      sizes.observe(waited.length, labels);
      for (const seconds of waited) waits.observe(seconds, labels);
    },
  };
  meters.set(collector, meter);
  waiting.observe(() => meter.waiting, labels);
  return meter;
}
